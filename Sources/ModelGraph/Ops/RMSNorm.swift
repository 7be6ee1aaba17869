internal import Failures

/// Last axis divided by its root mean square, times a weight: x / sqrt(mean(x * x) + eps) * weight.
///
/// A weight [heads, d] holds one vector for each head of x [.., heads, d].
struct RMSNorm: Op {
  let signature = OpSignature(
    "rms_norm",
    [.init("x", .value), .init("weight", .parameter(bias: false)), .init("eps", .real)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    try call.norm()
  }
}
