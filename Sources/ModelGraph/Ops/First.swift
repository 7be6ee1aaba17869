internal import Failures

/// The first token of each sequence: [batch, seq, ..] gives [batch, ..].
struct First: Op {
  let signature = OpSignature(
    "first", [.init("x", .value)])
  let crossesTokens = true

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x", rank: 3)
    return [.floats([x.axes[0]] + x.axes.dropFirst(2))]
  }
}
