/// Writes JSON into a buffer, piece by piece.
///
/// The caller keeps the order of calls (a key before each value of an object); commas, colons, line
/// breaks and indentation come from here. Only quotes, backslashes and control characters are
/// escaped.
public struct JSONWriter: Sendable {
  /// Where blanks stand.
  public enum Style: Hashable, Sendable {
    /// None at all.
    case compact
    /// One element or member a line, like Python's `json.dumps(indent:)`.
    case pretty(indent: Int = 2)
  }

  /// What has been written and not been taken.
  public private(set) var bytes: [UInt8] = []
  private let indent: Int?
  /// For each open container, whether nothing has been written into it.
  private var isEmpty: [Bool] = []
  private var followsKey = false

  /// A writer with an empty buffer.
  public init(_ style: Style = .compact) {
    switch style {
    case .compact: indent = nil
    case .pretty(let width): indent = max(0, width)
    }
  }

  /// Hands the buffer over and goes on with an empty one, for documents that need not be whole in
  /// memory.
  public mutating func takeBytes() -> [UInt8] {
    let result = bytes
    bytes = []
    return result
  }

  /// Opens an object.
  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  /// Closes the innermost object.
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  /// Opens an array.
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  /// Closes the innermost array.
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Writes a key of the innermost object; its value comes next.
  public mutating func key(_ name: String) {
    separate()
    append(quoted: name)
    bytes.append(UInt8(ascii: ":"))
    if indent != nil { bytes.append(UInt8(ascii: " ")) }
    followsKey = true
  }

  /// Writes a text.
  public mutating func string(_ text: String) {
    separate()
    append(quoted: text)
  }
  /// Writes a number with its text.
  public mutating func number(_ number: JSONNumber) { literal(number.text) }
  /// Writes an integer.
  public mutating func int(_ value: some BinaryInteger) { literal(value.description) }
  /// Writes true or false.
  public mutating func bool(_ truth: Bool) { literal(truth ? "true" : "false") }
  /// Writes null.
  public mutating func null() { literal("null") }

  /// Writes a tree.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let truth): bool(truth)
    case .number(let number): self.number(number)
    case .string(let text): string(text)
    case .array(let list):
      beginArray()
      for element in list { self.value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for (name, member) in members {
        key(name)
        self.value(member)
      }
      endObject()
    }
  }

  private mutating func literal(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    isEmpty.append(true)
  }

  private mutating func close(_ bracket: UInt8) {
    if isEmpty.popLast() == false { breakLine() }
    bytes.append(bracket)
  }

  /// What stands before a key or value: a comma, a line break.
  private mutating func separate() {
    if followsKey {
      followsKey = false
      return
    }
    guard let first = isEmpty.last else { return }
    if !first { bytes.append(UInt8(ascii: ",")) }
    isEmpty[isEmpty.count - 1] = false
    breakLine()
  }

  private mutating func breakLine() {
    guard let indent else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * isEmpty.count))
  }

  private mutating func append(quoted text: String) {
    bytes.append(UInt8(ascii: "\""))
    defer { bytes.append(UInt8(ascii: "\"")) }
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
      bytes.append(contentsOf: text.utf8)
      return
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        bytes.append(contentsOf: UnicodeScalar(byte).jsonEscape.utf8)
      default: bytes.append(byte)
      }
    }
  }
}

extension UnicodeScalar {
  /// The JSON escape of a control character: the short form where there is one.
  var jsonEscape: String {
    switch value {
    case 0x08: return "\\b"
    case 0x09: return "\\t"
    case 0x0A: return "\\n"
    case 0x0C: return "\\f"
    case 0x0D: return "\\r"
    default:
      let digits = String(value, radix: 16)
      return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
  }
}

extension JSONValue {
  /// The document of this tree, without a line break at its end.
  public func bytes(_ style: JSONWriter.Style = .compact) -> [UInt8] {
    var writer = JSONWriter(style)
    writer.value(self)
    return writer.bytes
  }

  /// The document of this tree as text.
  public func text(_ style: JSONWriter.Style = .compact) -> String {
    String(decoding: bytes(style), as: UTF8.self)
  }
}
