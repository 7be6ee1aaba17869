internal import ByteIO
internal import Checkpoints
internal import Documents
internal import Failures
internal import OrderedCollections

/// The front matter of a model card: what stands between two lines `---` at the head of README.md.
///
/// It is taken as llama.cpp's converter takes it. A card that cannot be read is no error of the model:
/// it gives a warning, and no fields.
struct ModelCard {
  /// The fields, in the card's order.
  private(set) var fields: OrderedDictionary<String, YAMLValue> = [:]
  /// What the user should know.
  private(set) var warnings: [String] = []

  /// The card's name in a folder.
  static let fileName = "README.md"
  /// Most bytes of a card.
  private static let byteLimit: UInt64 = 16 << 20

  /// The card of a source; without fields if there is none.
  static func of(_ source: SourceCheckpoint) -> ModelCard {
    let path = Paths.join(source.folder, fileName)
    guard let identity = FileIdentity.of(path) else { return ModelCard(warnings: []) }
    guard identity.isRegular, identity.size <= byteLimit else {
      return ModelCard(
        warnings: ["\(fileName) is no file of at most \(byteLimit) bytes, and is not read"])
    }
    do throws(ConversionError) {
      return try source.companion(fileName).map { ModelCard($0) } ?? ModelCard(warnings: [])
    } catch {
      return ModelCard(warnings: ["\(fileName) is not read: \(error.description)"])
    }
  }

  private init(warnings: [String]) { self.warnings = warnings }

  /// The card of those bytes.
  init(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      warnings = ["\(Self.fileName) is not valid UTF-8, and is not read"]
      return
    }
    guard let matter = Self.frontMatter(text) else {
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]), Self.frontMatter(String(text.dropFirst())) != nil {
        warnings = [
          "\(Self.fileName) begins with a byte order mark, so that its front matter does not count"
        ]
      }
      return
    }
    do throws(DocumentError) {
      switch try YAMLValue.parse(Array(matter.utf8)) {
      case .map(let members): fields = members
      case .list: warnings = ["the front matter of \(Self.fileName) is a list, not fields"]
      case .scalar(let scalar):
        if scalar.kind != .null {
          warnings = ["the front matter of \(Self.fileName) is a text, not fields"]
        }
      }
    } catch {
      // The line within the file: that of `---` stands before it.
      let line = error.place.line.map { ", line \($0 + 1)" } ?? ""
      warnings = ["the front matter of \(Self.fileName) is not read\(line): \(error.message)"]
    }
  }

  /// The lines after a first line `---` up to the next one, or to the end.
  private static func frontMatter(_ text: String) -> String? {
    let lines = lines(text)
    guard let first = lines.first, first == "---" else { return nil }
    let matter = lines.dropFirst().prefix { $0 != "---" }
    // `no` means Norwegian where it stands in a list; tabs are not YAML but common.
    return (matter.joined(separator: "\n") + "\n").replacing("- no\n", with: "- \"no\"\n")
      .replacing("\t", with: "  ")
  }

  /// The lines of a text, which end at any character that Unicode takes for the end of one.
  private static func lines(_ text: String) -> [Substring] {
    var lines = text.split(omittingEmptySubsequences: false) { character in
      character.isNewline || ["\u{1C}", "\u{1D}", "\u{1E}"].contains(character)
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  // MARK: Values

  /// The text of the first of those fields that has one.
  ///
  /// A number, truth or date is taken as it is written; zero, false and an empty text are as good as
  /// none, but keep later fields from counting.
  mutating func text(_ names: [String]) -> String? {
    for name in names {
      guard let value = fields[name], !value.isNull else { continue }
      guard let scalar = value.scalar else {
        warnings.append("'\(name)' of \(Self.fileName) is a list or map, not a text: left out")
        return nil
      }
      return Self.written(scalar)
    }
    return nil
  }

  /// The text of a value, empty for what counts as none.
  static func written(_ scalar: YAMLScalar) -> String {
    switch scalar.kind {
    case .null, .bool(false), .number(isZero: true): ""
    case .text, .bool, .number, .date: scalar.text
    }
  }

  /// The texts of a field that is a text or a list of texts; nil if there is no such field.
  mutating func texts(_ name: String) -> [String]? {
    guard let value = fields[name], !value.isNull else { return nil }
    if let scalar = value.scalar {
      if case .bool(false) = scalar.kind {
        warnings.append(
          "'\(name): \(scalar.text)' of \(Self.fileName) means false; quotes would make it a text")
      }
      return scalar.kind == .text ? [scalar.text] : []
    }
    guard let list = value.list else { return [] }
    var result: [String] = []
    for element in list where !element.isNull {
      if let scalar = element.scalar {
        result.append(scalar.text)
      } else {
        warnings.append("a list or map within '\(name)' of \(Self.fileName) is left out")
      }
    }
    return result
  }
}
