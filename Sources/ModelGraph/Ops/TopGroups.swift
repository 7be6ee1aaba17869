internal import Failures

/// Mask of the k groups of the last axis, out of n equal ones, whose `best` greatest elements
/// sum to most.
struct TopGroups: Op {
  let signature = OpSignature(
    "top_groups", [.init("x", .value), .init("n", .integer), .init("k", .integer)],
    attributes: [.init("best", .integer)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x")
    let length = try call.lastLength("x", x)
    let n = try call.integer("n", in: 1...length)
    guard length % n == 0 else {
      throw call.failure("x", "must have a last axis that \(n) groups divide", found: "\(x)")
    }
    _ = try call.integer("k", in: 1...n)
    _ = try call.integer("best", in: 1...(length / n))
    return [ValueType(.mask, x)]
  }
}
