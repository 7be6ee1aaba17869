internal import Failures

/// Additive attention bias by distance, from a table [buckets, heads]: [heads, seq, keys].
///
/// Half the buckets are for exact distances, the others logarithmic up to `distance`; without
/// `causal` half of them are for keys to the right.
struct RelativeBias: Op {
  let signature = OpSignature(
    "relative_bias", [.init("table", .parameter(bias: false)), .init("distance", .integer)],
    attributes: [.init("causal", .boolean)])

  func results(_ call: OpCall) throws(GraphError) -> [ValueType] {
    let table = try call.parameter("table", rank: 2)
    let causal = try call.truth("causal") ?? false
    let buckets = table.partShape.axes[0]
    let each = causal ? buckets : buckets / 2
    guard each >= 2, causal || buckets % 2 == 0 else {
      throw call.failure(
        "table", "must have \(causal ? "2" : "an even number, at least 4, of") buckets",
        found: table.description)
    }
    _ = try call.integer("distance", in: (each / 2 + 1)...Int.max)
    let keys = try call.keyCount(causal: causal, own: .seq)
    return [.floats([Dimension(table.partShape.columns), .seq, keys])]
  }
}
