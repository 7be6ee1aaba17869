/// `view[a, b]`: another shape of the same elements in the same order; a bias is left alone.
enum View: LayoutTransform {
  static let name = "view"
  static let argumentCount = 1...8
  static let takesShape = true

  static func storedShape(
    of parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> Shape {
    let shape = try single(parts)
    if isBias { return shape }
    var axes: [Int] = []
    for index in arguments.indices { axes.append(try count(arguments, index)) }
    let result = Shape(axes)
    guard let elements = result.elementCount, elements == shape.elementCount else {
      throw TensorError(.shape, "view\(result) does not hold the elements of \(shape)")
    }
    return result
  }

  static func action(
    on parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> LayoutAction {
    if isBias { return .none }
    let before = try single(parts).rowView(isBias: false)
    let after = try storedShape(of: parts, arguments, isBias: false).rowView(isBias: false)
    if before.columns == after.columns { return .none }
    return .operation(.reshape(from: before.columns, to: after.columns))
  }
}
