internal import Failures

/// Additive attention bias that grows with the key's position, one slope per head: [heads, 1,
/// keys].
///
/// Keys are those of a causal attention: cached ones, then the call's own. `round` names the
/// type in which slope times position was computed when the model was trained.
struct AlibiBias: Op {
  let signature = OpSignature(
    "alibi_bias", [.init("heads", .integer)],
    attributes: [
      .init("scale", .real, .optional), .init("round", .word(["bf16", "f16"]), .optional),
    ])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let heads = try call.integer("heads", in: 1...Int.max)
    _ = try call.number("scale")
    _ = try call.word("round")
    return [.floats([Dimension(heads), 1, try call.keyCount(causal: true, own: .seq)])]
  }
}
