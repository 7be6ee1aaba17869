/// How a tensor's numbers are stored: a scalar type, a block type or a packing of several parts.
///
/// An encoding is identified by its name; what is known about a name is kept in the registries
/// (`ScalarType`, `QuantType`).
public struct Encoding: Hashable, Sendable, CustomStringConvertible {
  /// Name that identifies it: `bf16`, `q4_K`, `gptq-4-g128`.
  public let name: String
  /// Elements of one block along the last axis; 1 for scalar types.
  public let blockElements: Int
  /// Bits of one block: a multiple of 8 for everything but the sub-byte scalar types.
  public let blockBits: Int

  /// An encoding whose rows are sequences of equal blocks.
  public init(name: String, blockElements: Int, blockBits: Int) {
    self.name = name
    self.blockElements = blockElements
    self.blockBits = blockBits
  }

  /// The encoding of single numbers.
  public init(_ type: ScalarType) {
    self.init(name: type.name, blockElements: 1, blockBits: type.bits)
  }

  /// The scalar type of that name, unless this is a block type or a packing.
  public var scalarType: ScalarType? { ScalarType.named(name) }

  /// The name.
  public var description: String { name }
  /// Encodings are equal if their names are.
  public static func == (a: Encoding, b: Encoding) -> Bool { a.name == b.name }
  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// Bytes of `elements` consecutive elements, nil if they do not fill whole blocks and bytes or
  /// the count overflows.
  public func byteCount(elements: Int) -> Int? {
    guard elements >= 0, elements % blockElements == 0 else { return nil }
    let (bits, overflow) = (elements / blockElements).multipliedReportingOverflow(by: blockBits)
    guard !overflow, bits % 8 == 0 else { return nil }
    return bits / 8
  }

  /// Bytes of a whole tensor, nil if its rows do not fill whole blocks or the count overflows.
  public func byteCount(_ shape: Shape) -> Int? {
    guard let count = shape.elementCount else { return nil }
    if blockElements > 1, shape.columns % blockElements != 0 { return nil }
    return byteCount(elements: count)
  }
}
