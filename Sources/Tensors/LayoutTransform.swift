/// What a layout step means: its shape rule, its inverse, and what it does to rows or values.
///
/// Rows are counted over all axes but the last; a vector counts each element as a row of one.
/// Members are listed in `LayoutTransform+Registry.swift`.
public protocol LayoutTransform: Sendable {
  /// The step's word in an `.arch` file.
  static var name: String { get }

  /// The stored shape that the step makes of its parts' canonical shapes.
  ///
  /// - Throws: `TensorError.shape` if the shapes do not fit, `.layout` for wrong arguments.
  static func storedShape(
    of parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> Shape

  /// The canonical shapes of the parts of a stored tensor, the reverse of `storedShape`.
  ///
  /// `parts` are the canonical shapes as described, for the steps that need them (`join`).
  static func action(
    on parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> LayoutAction
}

/// What a step does to the data, once shapes and arguments are known.
public enum LayoutAction: Sendable {
  /// Nothing moves.
  case none
  /// Stored row r is row `RowOrigin.row` of part `RowOrigin.part`; and back.
  case rows(any RowMap)
  /// The last two axes change places; `batches` matrices of canonical `rows` x `columns`.
  case transpose(batches: Int, rows: Int, columns: Int)
  /// Each value changes: computed in f32, rounds.
  case values(ValueMap)
}

/// Where a stored row comes from.
public struct RowOrigin: Hashable, Sendable {
  /// Index of the part.
  public let part: Int
  /// Row of the part.
  public let row: Int
  /// A row of a part.
  public init(part: Int, row: Int) {
    self.part = part
    self.row = row
  }
}

/// A one-to-one mapping between the rows of a stored tensor and those of its parts.
public protocol RowMap: Sendable {
  /// Where stored row `row` comes from.
  func origin(ofStored row: Int) -> RowOrigin
  /// The stored row that row `row` of part `part` becomes.
  func stored(part: Int, row: Int) -> Int
  /// Stored rows come in groups of this many whose origins lie close together.
  var period: Int { get }
}

/// A change of each value, in f32.
public enum ValueMap: Hashable, Sendable {
  /// x + c, undone by x - c.
  case add(Float)
  /// log(-x), undone by -exp(x).
  case logNegative
}
