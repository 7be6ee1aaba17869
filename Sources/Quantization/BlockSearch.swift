/// The weights of one block, with what a search may know of their row.
public struct BlockSearch {
  /// The weights.
  public let weights: UnsafeBufferPointer<Float>
  /// Importance of each weight's column, nil if there is none.
  public let importance: UnsafeBufferPointer<Float>?
  /// Sum of the squares of the whole row, added up in f32 in order of columns.
  public let rowSquares: Float
  /// Weights of the whole row.
  public let columns: Int

  /// A block of a row.
  public init(
    weights: UnsafeBufferPointer<Float>, importance: UnsafeBufferPointer<Float>?,
    rowSquares: Float, columns: Int
  ) {
    self.weights = weights
    self.importance = importance
    self.rowSquares = rowSquares
    self.columns = columns
  }
}
