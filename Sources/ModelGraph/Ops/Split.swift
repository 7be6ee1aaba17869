internal import Failures

/// The last axis cut into parts of the given lengths, which must use it up.
struct Split: Op {
  let signature = OpSignature(
    "split", [.init("x", .value), .init("lengths", .integer, .repeated)], resultPerRepeated: true)

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x")
    let lengths = try call.lengths("lengths")
    var sum: Dimension? = 0
    for length in lengths { sum = sum?.plus(Dimension(length)) }
    guard sum == x.axes[x.rank - 1] else {
      let parts = lengths.map(String.init).joined(separator: " + ")
      throw call.failure("x", "must have a last axis of \(parts)", found: "\(x)")
    }
    return lengths.map { .floats(x.leading + [Dimension($0)]) }
  }
}
