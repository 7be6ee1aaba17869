internal import Failures

/// exp(x) over its sum along the last axis; outside `among`, a mask of the same shape, 0.
struct Softmax: Op {
  let signature = OpSignature(
    "softmax", [.init("x", .value)], attributes: [.init("among", .value, .absentAllowed)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x")
    try call.expectMask("among", x)
    return [ValueType(.floats, x)]
  }
}
