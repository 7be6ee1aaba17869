/// `log_neg`: log(-x) in f32, undone by -exp(x); for Mamba's A.
enum LogNegative: LayoutTransform {
  static let name = "log_neg"
  static let argumentCount = 0...0

  static func storedShape(
    of parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> Shape { try single(parts) }

  static func action(
    on parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> LayoutAction { .operation(.values(.logNegative)) }
}
