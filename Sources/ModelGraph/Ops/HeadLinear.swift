internal import Failures

/// The product with one matrix per head: x [.., r] and weight [heads, n, r] give [.., heads, n].
struct HeadLinear: Op {
  let signature = OpSignature(
    "head_linear", [.init("x", .value), .init("weight", .parameter(bias: false))])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x")
    let weight = try call.parameter("weight", rank: 3)
    let heads = Dimension(weight.partShape.axes[0])
    let width = Dimension(weight.partShape.axes[1])
    try call.expect("weight", [heads, width, x.axes[x.rank - 1]], found: weight)
    return [.floats(x.leading + [heads, width])]
  }
}
