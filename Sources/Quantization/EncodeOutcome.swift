/// What encoding of rows came to.
public struct EncodeOutcome: Hashable, Sendable {
  /// Index of the first element that the type cannot hold, nil if there is none.
  ///
  /// The bytes of the blocks from there on are not to be used.
  public var firstUnrepresentable: Int?
  /// Count of nonzero elements in blocks whose scale became zero.
  public var underflows = 0

  /// An outcome; by default everything was held.
  public init(firstUnrepresentable: Int? = nil, underflows: Int = 0) {
    self.firstUnrepresentable = firstUnrepresentable
    self.underflows = underflows
  }
}
