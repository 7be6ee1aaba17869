import Foundation

// Writes one Swift file that holds every given file as text, sorted by path.
// Arguments: OUTPUT ROOT FILE...

@main
struct EmbedFormats {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else {
      FileHandle.standardError.write(Data("usage: EmbedFormatsTool OUTPUT ROOT FILE...\n".utf8))
      exit(64)
    }
    let root = arguments[2].hasSuffix("/") ? arguments[2] : arguments[2] + "/"
    var lines = ["let embeddedDocuments: [(String, String)] = ["]
    for path in arguments[3...].sorted() {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      lines.append("  (\(literal(String(path.dropFirst(root.count)))), \(literal(text))),")
    }
    lines.append("]")
    try lines.joined(separator: "\n").appending("\n")
      .write(toFile: arguments[1], atomically: true, encoding: .utf8)
  }

  /// A Swift string literal of ASCII characters only.
  static func literal(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case " "..."~": result.unicodeScalars.append(scalar)
      default: result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result + "\""
  }
}
