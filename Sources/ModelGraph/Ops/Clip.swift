internal import Failures

/// Elements below `low` or above `high` replaced by that bound; at least one of them must be given.
struct Clip: Op {
  let signature = OpSignature(
    "clip", [.init("x", .value)],
    attributes: [.init("low", .real, .optional), .init("high", .real, .optional)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x", rank: 0)
    let low = try call.number("low")
    let high = try call.number("high")
    if low == nil && high == nil {
      throw GraphError(.argument, "clip: low or high must be given")
    }
    if let low, let high, low > high {
      throw GraphError(.argument, "clip: low must be at most high, \(high); found \(low)")
    }
    return [ValueType(.floats, x)]
  }
}
