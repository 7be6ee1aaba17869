internal import Tensors

/// The cost of a chain of stages, compared part by part: loss first, then work, then names.
struct RouteCost: Comparable {
  /// The worst class on the way: 0 exact, 1 lossy.
  var lossy: Int = 0
  /// Number of lossy edges.
  var lossyEdges: Int = 0
  /// Bytes read and written by the stages.
  var bytes: Double = 0
  /// Stage ids in order: settles ties.
  var stages: [String] = []
  /// Names of the kinds on the way, in order: settles what the same stages lead to.
  var kinds: [String] = []

  func adding(_ edge: RouteEdge, to kind: String) -> RouteCost {
    RouteCost(
      lossy: max(lossy, edge.isExact ? 0 : 1), lossyEdges: lossyEdges + (edge.isExact ? 0 : 1),
      bytes: bytes + edge.bytes, stages: stages + [edge.stage], kinds: kinds + [kind])
  }

  static func < (a: RouteCost, b: RouteCost) -> Bool {
    if a.lossy != b.lossy { return a.lossy < b.lossy }
    if a.lossyEdges != b.lossyEdges { return a.lossyEdges < b.lossyEdges }
    if a.bytes != b.bytes { return a.bytes < b.bytes }
    if a.stages != b.stages { return a.stages.lexicographicallyPrecedes(b.stages) }
    return a.kinds.lexicographicallyPrecedes(b.kinds)
  }
}

/// An edge of the search, as far as its cost is concerned.
struct RouteEdge {
  /// Id of the stage that offers it.
  let stage: String
  /// Whether it loses nothing.
  let isExact: Bool
  /// Bytes read and written for one element of a tensor; of documents, each edge costs 1.
  let bytes: Double
}
