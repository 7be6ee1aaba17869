internal import Failures

/// Rows of a table: ids [..] and table [rows, width] give [.., width].
struct Embed: Op {
  let signature = OpSignature(
    "embed", [.init("ids", .value), .init("table", .parameter(bias: false))])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let ids = try call.value("ids")
    try call.expect("ids", .ints, ids)
    let table = try call.parameter("table", rank: 2)
    return [.floats(ids.shape.axes + [Dimension(table.partShape.columns)])]
  }
}
