internal import Failures

/// Mask of the k greatest elements of the last axis.
///
/// Of equal ones the first wins; only those in `among` count.
struct TopK: Op {
  let signature = OpSignature(
    "top_k", [.init("x", .value), .init("k", .integer)],
    attributes: [.init("among", .value, .absentAllowed)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x")
    try call.expectMask("among", x)
    _ = try call.integer("k", in: 1...(try call.lastLength("x", x)))
    return [ValueType(.mask, x)]
  }
}
