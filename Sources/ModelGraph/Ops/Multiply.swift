internal import Failures

/// The product, element by element.
///
/// Shapes are matched from the last axis; 1 or a missing axis stretches. Written with the operator.
struct Multiply: Op {
  let signature = OpSignature(
    "*", [.init("left", .operand), .init("right", .operand)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    try call.elementwise("left", "right")
  }
}
