/// Finds the cheapest chain of edges between two kinds: of tensors or of documents.
enum RouteSearch<Kind: Hashable & CustomStringConvertible> {
  /// The cheapest chain from `start` to `goal`, empty if they are equal, nil if there is none.
  ///
  /// - Parameter edges: what leads away from a kind, with the kind it leads to.
  static func path(
    from start: Kind, to goal: Kind, edges: (Kind) -> [(edge: RouteEdge, target: Kind)]
  ) -> [(edge: RouteEdge, target: Kind)]? {
    if start == goal { return [] }
    return explore(from: start, edges: edges, until: goal).found[goal]?.path
  }

  /// Every kind that can be reached from `start`, `start` itself left out.
  static func reachable(
    from start: Kind, edges: (Kind) -> [(edge: RouteEdge, target: Kind)]
  ) -> [Kind] {
    explore(from: start, edges: edges, until: nil).order.filter { $0 != start }
  }

  private struct Entry {
    var cost: RouteCost
    var path: [(edge: RouteEdge, target: Kind)]
  }

  private static func explore(
    from start: Kind, edges: (Kind) -> [(edge: RouteEdge, target: Kind)], until goal: Kind?
  ) -> (found: [Kind: Entry], order: [Kind]) {
    var open: [Kind: Entry] = [start: Entry(cost: RouteCost(), path: [])]
    var found: [Kind: Entry] = [:]
    var order: [Kind] = []
    while let (kind, entry) = open.min(by: { $0.value.cost < $1.value.cost }) {
      open[kind] = nil
      found[kind] = entry
      order.append(kind)
      if kind == goal { break }
      for step in edges(kind) where found[step.target] == nil {
        let cost = entry.cost.adding(step.edge, to: step.target.description)
        if let known = open[step.target], known.cost < cost { continue }
        open[step.target] = Entry(cost: cost, path: entry.path + [step])
      }
    }
    return (found, order)
  }
}
