internal import Failures

/// Values side by side along the last axis; the other axes must be equal.
struct Concat: Op {
  let signature = OpSignature(
    "concat", [.init("first", .value), .init("rest", .value, .repeated)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let first = try call.floats("first")
    var sum: Dimension? = first.axes[first.rank - 1]
    for type in try call.values("rest") {
      try call.expect("rest", .floats, type)
      guard let width = type.shape.axes.last, type.shape.leading == first.leading else {
        let expected = GraphShape(first.leading).description
        throw call.failure(
          "rest", "must have the axes \(expected) before the last", found: "\(type)")
      }
      sum = sum?.plus(width)
    }
    guard let sum else {
      throw call.failure("rest", "must have a countable length", found: "\(first)")
    }
    return [.floats(first.leading + [sum])]
  }
}
