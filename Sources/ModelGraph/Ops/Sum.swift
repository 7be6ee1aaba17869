internal import Failures

/// The sum along the last axis, which stays with length 1.
struct Sum: Op {
  let signature = OpSignature(
    "sum", [.init("x", .value)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    [.floats(try call.floats("x").leading + [1])]
  }
}
