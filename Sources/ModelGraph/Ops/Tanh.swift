internal import Failures

/// The hyperbolic tangent, element by element.
struct Tanh: Op {
  let signature = OpSignature(
    "tanh", [.init("x", .value)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    [ValueType(.floats, try call.floats("x", rank: 0))]
  }
}
