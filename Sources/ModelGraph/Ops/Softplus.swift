internal import Failures

/// log(1 + exp(x)), element by element.
struct Softplus: Op {
  let signature = OpSignature(
    "softplus", [.init("x", .value)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    [ValueType(.floats, try call.floats("x", rank: 0))]
  }
}
