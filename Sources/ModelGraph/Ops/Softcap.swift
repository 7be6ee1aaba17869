internal import Failures

/// cap * tanh(x / cap), element by element; a cap of 0 leaves x as it is.
struct Softcap: Op {
  let signature = OpSignature(
    "softcap", [.init("x", .value), .init("cap", .real)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let x = try call.floats("x", rank: 0)
    if let cap = try call.number("cap"), cap < 0 {
      throw GraphError(.argument, "softcap: cap must be 0 or more; found \(cap)")
    }
    return [ValueType(.floats, x)]
  }
}
