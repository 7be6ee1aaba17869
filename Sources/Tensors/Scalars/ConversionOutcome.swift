/// What became of the elements of a conversion.
public struct ConversionOutcome: Hashable, Sendable {
  /// Index of the first element that the target type cannot hold; nil if there is none.
  ///
  /// The target's bytes and the counts are then not to be used. With `saturate` only a NaN in a
  /// type without NaN remains unrepresentable.
  public var firstUnrepresentable: Int?
  /// Elements that were not zero and became zero.
  public var underflows = 0
  /// Elements that were clamped to the nearest finite value of the target.
  public var clamped = 0

  /// The outcome of nothing.
  public init() {}

  /// Adds what became of the elements from `start` on.
  mutating func append(_ part: ConversionOutcome, at start: Int) {
    if firstUnrepresentable == nil {
      firstUnrepresentable = part.firstUnrepresentable.map { $0 + start }
    }
    underflows += part.underflows
    clamped += part.clamped
  }
}
