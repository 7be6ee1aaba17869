internal import Failures

/// Angles of rotary positions: a row of dims / 2 sines and cosines for each position.
///
/// Either `rope`, the hyper-parameters of rope.part (base, scaling and its kind), or the base
/// `theta` alone without scaling. `factors` [dims / 2] divide the frequencies; in their place `short`
/// divides them up to the original context's length, and `long` in longer sequences.
struct Rotary: Op {
  let signature = OpSignature(
    "rotary", [.init("dims", .integer), .init("rope", .record, .optional)],
    attributes: [
      .init("factors", .parameter(bias: false), .absentAllowed),
      .init("short", .parameter(bias: false), .absentAllowed),
      .init("long", .parameter(bias: false), .absentAllowed), .init("theta", .real, .optional),
    ])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let dims = try call.integer("dims", in: 2...Int.max)
    guard dims % 2 == 0 else {
      throw call.failure("dims", "must be even", found: "\(dims)")
    }
    let theta = try call.number("theta")
    if (theta == nil) == (call.operand("rope") == nil) {
      throw GraphError(.argument, "rotary: exactly one of rope and theta must be given")
    }
    if let theta, theta <= 0 {
      throw GraphError(.argument, "rotary: theta must be above 0; found \(theta)")
    }
    let half: GraphShape = [Dimension(dims / 2)]
    for name in ["factors", "short", "long"] {
      guard let factors = try call.optionalParameter(name, rank: 1) else { continue }
      try call.expect(name, half, found: factors)
    }
    let (short, long) = (call.operand("short"), call.operand("long"))
    guard (short == nil) == (long == nil) else {
      throw GraphError(.argument, "rotary: short and long stand together")
    }
    guard short == nil || call.operand("factors") == nil && call.operand("rope") != nil else {
      throw GraphError(.argument, "rotary: short and long stand with rope and without factors")
    }
    return [ValueType(.angles, half)]
  }
}
