internal import Failures

/// The parts of a type's blocks: how many of each kind, and which values they may have.
public struct BlockLayout: Hashable, Sendable {
  /// Parts of one kind.
  public struct Field: Hashable, Sendable {
    /// How many a block has.
    public let count: Int
    /// The values that the format can hold.
    public let range: ClosedRange<Int>
    /// Values within the range that the format has no place for.
    public let holes: Set<Int>

    /// A field of that many numbers.
    public init(_ count: Int, _ range: ClosedRange<Int>, except holes: Set<Int> = []) {
      self.count = count
      self.range = range
      self.holes = holes
    }
    /// Codes of that many bits.
    public static func codes(_ count: Int, bits: Int) -> Field { Field(count, 0...(1 << bits - 1)) }
  }

  private let fields: [BlockParts.Kind: Field]

  /// A layout of those fields.
  public init(_ fields: [BlockParts.Kind: Field]) { self.fields = fields }

  /// The field of a kind, nil if the type has no such parts.
  public subscript(kind: BlockParts.Kind) -> Field? { fields[kind] }

  /// Checks parts against the layout.
  ///
  /// - Throws: `.value` naming the first part that the format cannot hold.
  func check(_ parts: BlockParts, type: QuantType) throws(QuantizationError) {
    for kind in BlockParts.Kind.allCases {
      let values = parts[kind]
      let count = fields[kind]?.count ?? 0
      guard values.count == count else {
        throw QuantizationError(
          .value, "a block of \(type) has \(count) parts of kind \(kind), not \(values.count)")
      }
      guard let field = fields[kind] else { continue }
      for (index, value) in values.enumerated()
      where !field.range.contains(value) || field.holes.contains(value) {
        throw QuantizationError(
          .value,
          "\(kind) \(index) of a block of \(type) is \(value); the format holds "
            + "\(field.range.lowerBound) to \(field.range.upperBound)"
            + (field.holes.isEmpty ? "" : " without \(field.holes.sorted())"))
      }
    }
  }
}
