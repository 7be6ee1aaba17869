internal import Failures

/// The state space recurrence over tokens: h = exp(dt * a) * h + dt * b * u; y = c * h + d * u.
///
/// u and dt [batch, seq, channels]; a [channels, state]; b and c [batch, seq, state]; d [channels].
struct SelectiveScan: Op {
  let signature = OpSignature(
    "selective_scan",
    [
      .init("u", .value), .init("dt", .value), .init("a", .parameter(bias: false)),
      .init("b", .value), .init("c", .value), .init("d", .parameter(bias: false)),
    ])
  let crossesTokens = true

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let u = try call.sequence("u")
    try call.expect("dt", u, found: try call.sequence("dt"))
    let a = try call.parameter("a", rank: 2)
    let state = Dimension(a.partShape.columns)
    try call.expect("a", [u.axes[2], state], found: a)
    let inputs: GraphShape = [u.axes[0], u.axes[1], state]
    try call.expect("b", inputs, found: try call.sequence("b"))
    try call.expect("c", inputs, found: try call.sequence("c"))
    try call.expect("d", [u.axes[2]], found: try call.parameter("d", rank: 1))
    return [ValueType(.floats, u)]
  }
}
