internal import Failures

/// The first dimensions of each head turned by the angles of its position.
///
/// x [batch, seq, heads, d]; positions [batch, seq]; `pairs` turns neighbours (2j, 2j + 1),
/// else halves (j, j + dims / 2).
struct Rope: Op {
  let signature = OpSignature(
    "rope", [.init("x", .value), .init("positions", .value), .init("angles", .value)],
    attributes: [.init("pairs", .boolean, .optional)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x", rank: 4)
    let positions = try call.value("positions")
    try call.expect("positions", .ints, positions)
    try call.expect("positions", GraphShape(Array(x.axes.dropLast(2))), found: positions.shape)
    let angles = try call.value("angles")
    try call.expect("angles", .angles, angles)
    _ = try call.truth("pairs")
    guard let half = angles.shape.axes.last?.known, let width = x.axes[x.rank - 1].known,
      half <= width / 2
    else {
      throw call.failure("angles", "must turn at most the last axis of x, \(x)", found: "\(angles)")
    }
    return [ValueType(.floats, x)]
  }
}
