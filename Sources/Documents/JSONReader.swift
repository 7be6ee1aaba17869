public import Failures

/// A pull parser of JSON that is its validator too: what it has passed over obeys RFC 8259.
///
/// It checks the grammar, UTF-8, raw control characters, escapes (a lone surrogate is an error), the
/// number grammar, nesting, and that nothing follows the document. A value that is not read is
/// skipped, and checked, by the next call:
///
///     try reader.beginObject()
///     while let key = try reader.nextKey() {
///       if key == "version" { version = try reader.readInt() }
///     }
///     try reader.finish()
///
/// After an error the reader is not to be used again.
public struct JSONReader: Sendable {
  /// The kinds of JSON values.
  public enum Kind: String, Sendable {
    case null, bool, number, string, array, object
  }

  /// What is allowed.
  public struct Options: Hashable, Sendable {
    /// Most arrays and objects open at a time.
    public var maxDepth: Int
    /// Whether the same key twice in one object is an error, compared byte by byte.
    public var refusesDuplicateKeys: Bool

    /// Options; without arguments the defaults.
    public init(maxDepth: Int = JSONReader.defaultMaxDepth, refusesDuplicateKeys: Bool = false) {
      self.maxDepth = maxDepth
      self.refusesDuplicateKeys = refusesDuplicateKeys
    }
  }

  /// Most nesting unless told otherwise.
  public static let defaultMaxDepth = 128

  /// An open array or object.
  struct Frame: Sendable {
    var isObject: Bool
    var isEmpty = true
  }

  let bytes: [UInt8]
  let end: Int
  let start: Int
  let fileOffset: UInt64
  let options: Options
  /// Index of the next byte that has not been read.
  public internal(set) var position: Int
  var frames: [Frame] = []
  /// The keys seen in each open frame, only kept when duplicates are refused; the sets of closed
  /// frames stay for the next ones at their depth.
  var keySets: [KeySet] = []
  /// Whether a value starts at `position`, once blanks are passed.
  var valueIsNext = true

  /// A reader of a whole document.
  ///
  /// - Parameter fileOffset: position of `bytes[0]` in the file, added to the places of errors.
  public init(_ bytes: [UInt8], fileOffset: UInt64 = 0, options: Options = Options()) {
    self.init(bytes, range: 0..<bytes.count, fileOffset: fileOffset, options: options)
  }

  /// A reader of a document that lies within `bytes`; the range is clamped to them.
  public init(
    _ bytes: [UInt8], range: Range<Int>, fileOffset: UInt64 = 0, options: Options = Options()
  ) {
    let range = range.clamped(to: 0..<bytes.count)
    self.bytes = bytes
    self.start = range.lowerBound
    self.end = range.upperBound
    self.position = range.lowerBound
    self.fileOffset = fileOffset
    self.options = options
  }

  /// Number of arrays and objects that are open.
  public var depth: Int { frames.count }

  /// The next byte, nil at the end.
  @inline(__always)
  var current: UInt8? { position < end ? bytes[position] : nil }

  /// Passes over blanks.
  @inline(__always)
  mutating func skipBlanks() {
    while position < end {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      position += 1
    }
  }

  /// The kind of the next value, judged by its first byte.
  public mutating func peekKind() throws(DocumentError) -> Kind {
    guard valueIsNext else { throw failure(.type, "expected a value, but none stands here") }
    skipBlanks()
    guard let byte = current else { throw unexpected("a value") }
    switch byte {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    default: throw unexpected("a value")
    }
  }

  /// Requires a value of that kind next.
  mutating func expect(_ kind: Kind, _ what: StaticString) throws(DocumentError) {
    let found = try peekKind()
    guard found == kind else {
      throw failure(.type, "expected \(what), found \(found.phrase)")
    }
  }

  /// Requires the end of the document: nothing but blanks may be left.
  ///
  /// A document of which nothing was read is checked as a whole.
  public mutating func finish() throws(DocumentError) {
    if frames.isEmpty, valueIsNext { try skipValue() }
    guard frames.isEmpty else {
      throw failure(.type, "\(frames.count) arrays or objects have not been read to their end")
    }
    skipBlanks()
    guard position == end else { throw unexpected("the end of the document") }
  }
}

extension JSONReader.Kind {
  /// With its article: `an object`.
  public var phrase: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
