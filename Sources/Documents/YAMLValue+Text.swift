internal import OrderedCollections

extension YAMLValue {
  /// The document in block style, two spaces a level; texts that could be taken for something else are
  /// quoted as in JSON.
  public var blockText: String {
    var out = ""
    write(to: &out, indent: 0, isElement: false)
    return out
  }

  private func write(to out: inout String, indent: Int, isElement: Bool) {
    let blanks = String(repeating: " ", count: indent)
    switch self {
    case .scalar(let scalar): out += scalar.document + "\n"
    case .list(let list):
      if list.isEmpty { out += "[]\n" }
      for element in list {
        out += blanks + "- "
        element.write(to: &out, indent: indent + 2, isElement: true)
      }
    case .map(let members):
      if members.isEmpty { out += "{}\n" }
      var isFirst = isElement
      for (key, value) in members {
        out += (isFirst ? "" : blanks) + YAMLScalar(key, isPlain: false).document + ":"
        isFirst = false
        switch value {
        case .scalar: out += " "
        case .list(let list): out += list.isEmpty ? " " : "\n"
        case .map(let inner): out += inner.isEmpty ? " " : "\n"
        }
        let isList = value.list != nil
        value.write(to: &out, indent: isList ? indent : indent + 2, isElement: false)
      }
    }
  }
}

extension YAMLScalar {
  /// The scalar as a document has it.
  fileprivate var document: String {
    if isPlain { return text }
    let isSafe =
      text.utf8.first.map { Self.isLetter($0) } == true
      && text.utf8.allSatisfy { Self.isLetter($0) || (0x2D...0x39).contains($0) || $0 == 0x5F }
      && YAMLScalar(text, isPlain: true).kind == .text
      && !["y", "Y", "n", "N"].contains(text)
    if isSafe { return text }
    var quoted = ""
    for scalar in JSONValue.string(text).text().unicodeScalars {
      // What YAML does not take as it is; JSON escapes only what lies below a blank.
      switch scalar.value {
      case 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
