internal import Failures

/// Elements of x where the mask holds, 0 elsewhere.
struct Keep: Op {
  let signature = OpSignature(
    "keep", [.init("x", .value), .init("mask", .value)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x", rank: 0)
    try call.expectMask("mask", x)
    return [ValueType(.floats, x)]
  }
}
