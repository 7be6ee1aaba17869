internal import Failures

/// An activation function, element by element.
///
/// gelu is x * Phi(x) by the error function, gelu_tanh its approximation by tanh, silu is x *
/// sigmoid(x).
struct Activate: Op {
  let signature = OpSignature(
    "activate",
    [.init("x", .value), .init("function", .word(["gelu", "gelu_tanh", "relu", "silu"]))])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x", rank: 0)
    _ = try call.word("function")
    return [ValueType(.floats, x)]
  }
}
