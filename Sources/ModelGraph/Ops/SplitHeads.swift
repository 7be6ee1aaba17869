internal import Failures

/// The last axis cut into heads: [.., n * d] gives [.., n, d].
struct SplitHeads: Op {
  let signature = OpSignature(
    "split_heads", [.init("x", .value), .init("heads", .integer)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x")
    let heads = try call.integer("heads", in: 1...Int.max)
    guard let width = x.axes[x.rank - 1].divided(by: heads) else {
      throw call.failure("x", "must have a last axis that \(heads) heads divide", found: "\(x)")
    }
    return [.floats(x.leading + [Dimension(heads), width])]
  }
}
