internal import Failures

/// A convolution over tokens, each channel by itself, that sees a token and those before it.
///
/// x [batch, seq, channels]; weight [channels, width], its last column for the token itself;
/// bias [channels].
struct CausalConv1D: Op {
  let signature = OpSignature(
    "causal_conv1d", [.init("x", .value), .init("weight", .parameter(bias: true))])
  let crossesTokens = true

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.sequence("x")
    let weight = try call.parameter("weight", rank: 2)
    let width = Dimension(weight.partShape.columns)
    try call.expect("weight", [x.axes[2], width], bias: [x.axes[2]], found: weight)
    return [ValueType(.floats, x)]
  }
}
