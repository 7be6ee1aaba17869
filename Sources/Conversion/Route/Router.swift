public import Failures
public import Tensors

/// Finds routes between encodings and remembers them by kind.
public struct Router: Sendable {
  /// The stages that may be chained.
  public let stages: [any Stage]
  private var known: [Key: Route?] = [:]

  private struct Key: Hashable {
    let source: Encoding
    let target: Encoding
    let columns: Int
  }

  /// A router over these stages.
  public init(stages: [any Stage] = Stages.all) { self.stages = stages }

  /// The cheapest route.
  ///
  /// - Throws: `.noRoute`, listing what can be reached.
  public mutating func route(
    from source: Encoding, to target: Encoding, of shape: Shape, tensor: String
  ) throws(ConversionError) -> Route {
    let key = Key(source: source, target: target, columns: shape.columns)
    let found: Route?
    if let before = known[key] {
      found = before
    } else {
      found = search(source, target, shape)
      known[key] = found
    }
    if let found { return found }
    let reachable = RouteSearch.reachable(from: source) { edges(from: $0, of: shape) }
    throw ConversionError(
      .noRoute,
      "no chain of stages leads from \(source) to \(target); reachable from \(source): "
        + (reachable.isEmpty ? "nothing" : reachable.map(\.name).sorted().joined(separator: " ")),
      at: .init(tensor: tensor))
  }

  /// The cheapest route that leads over an encoding.
  ///
  /// - Throws: `.noRoute`, listing what can be reached.
  public mutating func route(
    from source: Encoding, through middle: Encoding, to target: Encoding, of shape: Shape,
    tensor: String
  ) throws(ConversionError) -> Route {
    if middle == source || middle == target {
      return try route(from: source, to: target, of: shape, tensor: tensor)
    }
    let first = try route(from: source, to: middle, of: shape, tensor: tensor)
    let second = try route(from: middle, to: target, of: shape, tensor: tensor)
    // Blocks that are decoded and encoded again in another order are no copy.
    let isExact = first.fidelity == .exact && second.fidelity == .exact
    return Route(
      origin: source, links: first.links + second.links,
      fidelity: Self.fidelity(from: source, to: target, isExact: isExact))
  }

  private func search(_ source: Encoding, _ target: Encoding, _ shape: Shape) -> Route? {
    guard
      let path = RouteSearch.path(
        from: source, to: target, edges: { edges(from: $0, of: shape) })
    else { return nil }
    let isExact = path.allSatisfy(\.edge.isExact)
    return Route(
      origin: source, links: path.map { Route.Link(stage: $0.edge.stage, target: $0.target) },
      fidelity: Self.fidelity(from: source, to: target, isExact: isExact))
  }

  private func edges(
    from source: Encoding, of shape: Shape
  ) -> [(edge: RouteEdge, target: Encoding)] {
    stages.flatMap { stage in
      stage.edges(from: source, of: shape).map { edge in
        let bytes = source.bitsPerElement / 8 + edge.target.bitsPerElement / 8
        return (RouteEdge(stage: stage.id, isExact: edge.isExact, bytes: bytes), edge.target)
      }
    }
  }

  /// The class of a path, which depends on where it began.
  static func fidelity(from origin: Encoding, to target: Encoding, isExact: Bool) -> Fidelity {
    if isExact { return .exact }
    let widthOfFloat = target.scalarType.flatMap { $0.kind == .float ? $0.bits : nil }
    let originIsFloat = origin.scalarType.map { $0.kind == .float && $0.bits >= 8 } ?? false
    if originIsFloat { return widthOfFloat == nil ? .quantized : .rounded }
    return (widthOfFloat ?? 0) > 8 ? .rounded : .requantized
  }
}

extension Encoding {
  /// Average bits of one element.
  var bitsPerElement: Double { Double(blockBits) / Double(blockElements) }
}
