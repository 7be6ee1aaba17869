internal import Failures

/// 1 / (1 + exp(-x)), element by element.
struct Sigmoid: Op {
  let signature = OpSignature(
    "sigmoid", [.init("x", .value)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    [ValueType(.floats, try call.floats("x", rank: 0))]
  }
}
