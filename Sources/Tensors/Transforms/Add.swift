/// `add(c)`: x + c in f32, undone by x - c; for norms that are stored around zero.
///
/// Elementwise and rounded: NaN stays NaN, infinities stay.
enum Add: LayoutTransform {
  static let name = "add"
  static let argumentCount = 1...1

  static func storedShape(
    of parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> Shape { try single(parts) }

  static func action(
    on parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> LayoutAction {
    guard let constant = arguments.first, Float(constant).isFinite else {
      throw TensorError(.layout, "add needs a finite number")
    }
    return .operation(.values(.add(Float(constant))))
  }
}
