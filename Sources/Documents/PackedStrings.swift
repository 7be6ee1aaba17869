/// A list of texts in one buffer of UTF-8: a vocabulary of 128,000 tokens costs two allocations.
public struct PackedStrings: RandomAccessCollection, Hashable, Sendable,
  ExpressibleByArrayLiteral
{
  /// All texts, one after the other.
  public private(set) var bytes: [UInt8] = []
  /// Where each text ends in `bytes`.
  private var ends: [UInt32] = []

  /// No texts.
  public init() {}
  /// The texts of a sequence.
  public init(_ texts: some Sequence<String>) { for text in texts { append(text) } }
  /// The texts of a list.
  public init(arrayLiteral elements: String...) { self.init(elements) }

  /// Makes room for that many texts and bytes.
  public mutating func reserve(count: Int, byteCount: Int) {
    ends.reserveCapacity(count)
    bytes.reserveCapacity(byteCount)
  }
  /// Adds a text.
  public mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    ends.append(UInt32(truncatingIfNeeded: bytes.count))
  }
  /// Adds a text given as UTF-8, which the caller has checked; all texts together stay below 4 GiB.
  public mutating func append(utf8 text: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: text)
    ends.append(UInt32(truncatingIfNeeded: bytes.count))
  }

  /// Zero.
  public var startIndex: Int { 0 }
  /// Number of texts.
  public var endIndex: Int { ends.count }
  /// The UTF-8 of a text.
  public func utf8(at index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }
  /// A text.
  public subscript(index: Int) -> String { String(decoding: bytes[range(index)], as: UTF8.self) }

  private func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
  }
}
