internal import Failures

/// The product with a weight [out, in], plus its bias [out] if it has one: [.., in] gives [..,
/// out].
struct Linear: Op {
  let signature = OpSignature(
    "linear", [.init("x", .value), .init("weight", .parameter(bias: true))])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x")
    let weight = try call.parameter("weight", rank: 2)
    let out = Dimension(weight.partShape.axes[0])
    try call.expect("weight", [out, x.axes[x.rank - 1]], bias: [out], found: weight)
    return [.floats(x.leading + [out])]
  }
}
