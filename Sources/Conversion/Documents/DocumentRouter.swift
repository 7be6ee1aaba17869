internal import Failures

/// Finds and runs chains of document stages.
struct DocumentRouter {
  let stages: [any DocumentStage]

  init(stages: [any DocumentStage] = Stages.documents) { self.stages = stages }

  /// The stages from one kind to another.
  ///
  /// - Throws: `.noRoute`, listing the kinds that can be reached.
  func route(
    from source: DocumentKind, to target: DocumentKind
  ) throws(ConversionError) -> [any DocumentStage] {
    guard let path = RouteSearch.path(from: source, to: target, edges: edges) else {
      let reachable = RouteSearch.reachable(from: source, edges: edges).map(\.name).sorted()
      throw ConversionError(
        .noRoute,
        "no chain of stages leads from \(source) to \(target); reachable from \(source): "
          + (reachable.isEmpty ? "nothing" : reachable.joined(separator: ", ")))
    }
    return path.compactMap { step in stages.first { $0.id == step.edge.stage } }
  }

  /// Runs the route between two kinds on a document.
  func run(
    from source: DocumentKind, to target: DocumentKind, _ input: DocumentContent = .inSource,
    in context: DocumentContext
  ) throws(ConversionError) -> (content: DocumentContent, route: DocumentRoute) {
    var content = input
    var route = DocumentRoute(origin: source.name, target: target.name, stages: [], notes: [])
    for stage in try self.route(from: source, to: target) {
      let result = try stage.run(content, in: context)
      content = result.content
      route.stages.append(stage.id)
      route.notes += result.notes
    }
    return (content, route)
  }

  private func edges(_ kind: DocumentKind) -> [(edge: RouteEdge, target: DocumentKind)] {
    stages.filter { $0.source == kind }.map { stage in
      (RouteEdge(stage: stage.id, isExact: stage.isExact, bytes: 1), stage.target)
    }
  }
}
