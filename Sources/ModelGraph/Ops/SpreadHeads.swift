internal import Failures

/// One head shared by all: [.., 1, d] gives [.., n, d].
struct SpreadHeads: Op {
  let signature = OpSignature(
    "spread_heads", [.init("x", .value), .init("heads", .integer)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x", rank: 2)
    let heads = try call.integer("heads", in: 1...Int.max)
    let width = x.axes[x.rank - 1]
    let before = Array(x.axes.dropLast(2))
    try call.expect("x", GraphShape(before + [1, width]), found: x)
    return [.floats(before + [Dimension(heads), width])]
  }
}
