internal import Failures

/// Rows of a table: ids [..] and table [rows, width] give [.., width]; `offset` is added to the ids.
struct Embed: Op {
  let signature = OpSignature(
    "embed", [.init("ids", .value), .init("table", .parameter(bias: false))],
    attributes: [.init("offset", .integer, .optional)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let ids = try call.value("ids")
    try call.expect("ids", .ints, ids)
    let table = try call.parameter("table", rank: 2)
    if let rows = table.partShape.axes.first, rows > 0 {
      _ = try call.optionalInteger("offset", in: 0...(rows - 1))
    }
    return [.floats(ids.shape.axes + [Dimension(table.partShape.columns)])]
  }
}
