internal import Failures

/// Last axis less its mean, divided by its deviation, times a weight, plus its bias if it has one.
///
/// A weight [heads, d] holds one vector for each head of x [.., heads, d].
struct LayerNorm: Op {
  let signature = OpSignature(
    "layer_norm",
    [.init("x", .value), .init("weight", .parameter(bias: true)), .init("eps", .real)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    try call.norm()
  }
}
