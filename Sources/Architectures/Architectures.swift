internal import Formats
internal import ModelGraph
public import Failures

/// The descriptions that this program carries, and user's own files.
public enum Architectures {
  /// Every description of Formats/Architectures, in the order of their names.
  public static let all: Result<[Architecture], ArchitectureError> = Result {
    () throws(ArchitectureError) -> [Architecture] in
    var result: [Architecture] = []
    for document in Formats.documents(in: folder, suffix: ".arch") {
      result.append(try parse(file: document.path, text: document.text))
    }
    return result
  }

  /// Reads a description, with this program's parts and ops.
  public static func parse(
    file: String, text: String
  ) throws(ArchitectureError) -> Architecture {
    try Architecture.parse(
      file: file, text: text,
      parts: { name in
        Formats.document("\(folder)/\(name).part").map { ($0.path, $0.text) }
      },
      signatures: { OpRegistry.named($0)?.signature })
  }

  private static let folder = "Architectures"
}
