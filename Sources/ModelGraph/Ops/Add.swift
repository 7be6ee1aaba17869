internal import Failures

/// The sum, element by element.
///
/// Shapes are matched from the last axis; 1 or a missing axis stretches. Written with the operator.
struct Add: Op {
  let signature = OpSignature(
    "+", [.init("left", .operand), .init("right", .operand)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    try call.elementwise("left", "right")
  }
}
