/// `transpose`: the last two axes change places; a bias is left alone.
enum Transpose: LayoutTransform {
  static let name = "transpose"
  static let argumentCount = 0...0

  static func storedShape(
    of parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> Shape {
    let shape = try single(parts)
    if isBias { return shape }
    guard shape.rank >= 2 else {
      throw TensorError(.shape, "transpose needs two axes, found \(shape)")
    }
    _ = try shape.rowView(isBias: false)
    var axes = shape.axes
    axes.swapAt(shape.rank - 2, shape.rank - 1)
    return Shape(axes)
  }

  static func action(
    on parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> LayoutAction {
    if isBias { return .none }
    _ = try storedShape(of: parts, arguments, isBias: isBias)
    let view = try single(parts).rowView(isBias: false)
    return .operation(
      .transpose(batches: view.batches, rows: view.rows, columns: view.columns))
  }
}
