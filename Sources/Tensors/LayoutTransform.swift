/// What a layout step means: its shape rule, and what it does to rows or values.
///
/// A step works on the *row axis*: the last but one axis of a weight, the last axis of a bias, the
/// only axis of a vector. Rows are counted over all axes up to and with the row axis; the elements
/// behind it (one for a bias or vector) move together.
/// Members are listed in `LayoutTransform+Registry.swift`.
public protocol LayoutTransform: Sendable {
  /// The step's word in an `.arch` file.
  static var name: String { get }
  /// How many arguments it takes.
  static var argumentCount: ClosedRange<Int> { get }
  /// Its arguments are a shape in brackets.
  static var takesShape: Bool { get }
  /// It makes one tensor of several parts.
  static var joinsParts: Bool { get }

  /// The stored shape that the step makes of its parts' shapes.
  ///
  /// - Throws: `TensorError.shape` if the shapes do not fit, `.layout` for wrong arguments.
  static func storedShape(
    of parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> Shape

  /// What the step does to the data of its parts, whose shapes are those before the step.
  static func action(
    on parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> LayoutAction
}

extension LayoutTransform {
  /// Most steps take no shape.
  public static var takesShape: Bool { false }
  /// Most steps work on one tensor.
  public static var joinsParts: Bool { false }
}

/// What a step does to the data, once shapes and arguments are known.
public enum LayoutAction: Sendable {
  /// Nothing moves and rows stay rows.
  case none
  /// Stored row r is row `RowOrigin.row` of part `RowOrigin.part`; and back.
  case rows(any RowMap)
  /// A move or change of whole matrices or of values.
  case operation(LayoutOperation)
}

/// What cannot be said as a map of rows.
public enum LayoutOperation: Hashable, Sendable {
  /// The last two axes change places; each of `batches` matrices has `rows` x `columns` before.
  case transpose(batches: Int, rows: Int, columns: Int)
  /// The same elements in the same order, in rows of another length: `from` before, `to` after.
  case reshape(from: Int, to: Int)
  /// Each value changes: computed in f32, rounds.
  case values(ValueMap)

  /// What undoes it.
  public var inverse: LayoutOperation {
    switch self {
    case .transpose(let batches, let rows, let columns):
      .transpose(batches: batches, rows: columns, columns: rows)
    case .reshape(let from, let to): .reshape(from: to, to: from)
    case .values(let map): .values(map.inverse)
    }
  }
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
}

extension Shape {
  /// The shape as a step sees it: matrices, rows of each, elements of a row.
  ///
  /// - Throws: `TensorError.shape` for a single number or a count beyond 64 bits.
  public func rowView(isBias: Bool) throws(TensorError) -> RowView {
    guard rank > 0 else { throw TensorError(.shape, "a layout step needs an axis, found \(self)") }
    let axis = isBias || rank == 1 ? rank - 1 : rank - 2
    guard elementCount != nil, let batches = Shape(Array(axes[..<axis])).elementCount,
      let columns = Shape(Array(axes[(axis + 1)...])).elementCount
    else { throw TensorError(.shape, "the elements of \(self) are beyond 64 bits") }
    return RowView(axis: axis, batches: batches, rows: axes[axis], columns: columns)
  }
}

/// A shape as `batches` matrices of `rows` rows of `columns` elements.
public struct RowView: Hashable, Sendable {
  /// The row axis.
  public let axis: Int
  /// Product of the axes before it.
  public let batches: Int
  /// Its length.
  public let rows: Int
  /// Product of the axes behind it.
  public let columns: Int
  /// Rows of all matrices.
  public var count: Int { batches &* rows }
}
