internal import Failures

/// Attention of each query head to its key head: q [batch, seq, heads, d], k [batch, keys,
/// groups, d] and v [batch, keys, groups, e] give [batch, seq, heads * e].
///
/// Scores are q * k * `scale`, capped to cap * tanh(score / cap) unless `cap` is 0, plus
/// `bias`; with `causal` a token sees itself and what is before it, cached tokens included; a
/// `window` other than 0 limits it to so many keys, itself included. `sinks` [heads] join the
/// softmax and take part of the weight.
struct Attention: Op {
  let signature = OpSignature(
    "attention", [.init("q", .value), .init("k", .value), .init("v", .value)],
    attributes: [
      .init("scale", .real), .init("causal", .boolean, .optional),
      .init("window", .integer, .optional), .init("cap", .real, .optional),
      .init("sinks", .parameter(bias: false), .absentAllowed),
      .init("bias", .value, .absentAllowed),
    ])
  let crossesTokens = true

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let q = try call.heads("q")
    let k = try call.heads("k")
    let v = try call.heads("v")
    let causal = try call.truth("causal") ?? false
    try call.expect(
      "k", [q.axes[0], causal ? q.axes[1] : k.axes[1], k.axes[2], q.axes[3]], found: k)
    try call.expect("v", [k.axes[0], k.axes[1], k.axes[2], v.axes[3]], found: v)
    guard let heads = q.axes[2].known, let groups = k.axes[2].known, groups > 0,
      heads % groups == 0
    else {
      throw call.failure("k", "must have heads that divide those of q, \(q)", found: "\(k)")
    }
    _ = try call.number("scale")
    _ = try call.optionalInteger("window", in: 0...Int.max)
    if let cap = try call.number("cap"), cap < 0 {
      throw GraphError(.argument, "attention: cap must be 0 or more; found \(cap)")
    }
    if let sinks = try call.optionalParameter("sinks", rank: 1) {
      try call.expect("sinks", [Dimension(heads)], found: sinks)
    }
    if let bias = try call.optionalValue("bias") {
      try call.expect("bias", .floats, bias)
      let keys = try call.keyCount(causal: causal, own: k.axes[1])
      let scores: GraphShape = [q.axes[0], q.axes[2], q.axes[1], keys]
      guard bias.shape.stretches(to: scores) else {
        throw call.failure("bias", "must stretch to \(scores)", found: "\(bias.shape)")
      }
    }
    guard let width = q.axes[2].times(v.axes[3]) else {
      throw call.failure("v", "must have a countable number of elements", found: "\(v)")
    }
    return [.floats([q.axes[0], q.axes[1], width])]
  }
}

extension OpCall {
  /// The shape [batch, tokens, heads, width] of an argument.
  fileprivate func heads(_ name: String) throws(GraphError) -> GraphShape {
    let shape = try floats(name)
    guard shape.rank == 4 else {
      throw failure(name, "must have the shape [batch, tokens, heads, width]", found: "\(shape)")
    }
    return shape
  }
}
