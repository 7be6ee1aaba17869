internal import Failures

/// Angles of rotary positions: a row of dims / 2 sines and cosines for each position.
///
/// Either `rope`, the hyper-parameters of rope.part (base, scaling and its kind), or the base
/// `theta` alone without scaling. `factors` [dims / 2] divide the frequencies.
struct Rotary: Op {
  let signature = OpSignature(
    "rotary", [.init("dims", .integer), .init("rope", .record, .optional)],
    attributes: [
      .init("factors", .parameter(bias: false), .absentAllowed), .init("theta", .real, .optional),
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
    if let factors = try call.optionalParameter("factors", rank: 1) {
      try call.expect("factors", half, found: factors)
    }
    return [ValueType(.angles, half)]
  }
}
