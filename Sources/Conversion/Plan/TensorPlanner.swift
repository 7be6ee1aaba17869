internal import Architectures
internal import Checkpoints
internal import Failures
internal import Quantization
internal import Tensors

/// Chooses type and route of each output tensor.
struct TensorPlanner {
  /// The planned tensors, in the order of the mapping.
  private(set) var tensors: [PlannedTensor] = []
  /// The routes that they refer to.
  private(set) var routes: [Route] = []
  /// Types that did not fit.
  private(set) var fallbacks: [Plan.Fallback] = []
  /// Tensors that would be coded a second time with loss, with their routes.
  private(set) var requantized: [String] = []
  /// Each tensor's encodings here and in the source, for the way back.
  private(set) var sourceEncodings: [SourceEncodings.Tensor] = []

  /// Tensors on whose way a stage needs importance that there is none of.
  private var unweighted: [String] = []

  private let choice: TypeChoice
  private let importance: PlannedImportance?
  private let rules: EncodingRules
  private let restoration: Restoration
  private var router = Router()

  init(
    choice: TypeChoice, format: any FileFormat.Type, naming: Naming,
    importance: PlannedImportance?, reader: any CheckpointReader
  ) {
    self.choice = choice
    self.importance = importance
    let keepsNames = naming.sourceDialect == format.dialect
    rules = EncodingRules(
      choice: choice, format: format,
      conventions: naming.model != nil ? .applied : keepsNames ? .kept : .unknown)
    restoration = Restoration(reader, format)
  }

  /// Plans tensors.
  ///
  /// - Throws: `.cannotHold`, `.noRoute` naming the first tensor that cannot be made.
  ///
  /// - Parameter recipe: what the recipe says of each; nil if there is none.
  mutating func add(
    _ items: [TensorMapping.Item], _ recipe: RecipeTypes?
  ) throws(ConversionError) {
    tensors.reserveCapacity(items.count)
    sourceEncodings.reserveCapacity(items.count)
    for (index, item) in items.enumerated() { try add(item, recipe?.decisions[index]) }
    guard unweighted.isEmpty else {
      throw ConversionError(
        .policy,
        "\(ByteText.count(unweighted.count, "tensor")) cannot be encoded without importance: "
          + unweighted.joined(separator: ", ") + "; --importance names a file that tells it")
    }
  }

  private mutating func add(
    _ item: TensorMapping.Item, _ chosen: RecipeDecision?
  ) throws(ConversionError) {
    // What adapters have changed is none of the types that it had before.
    let proven = item.merge == nil ? try restoration.proven(item, choice) : nil
    let decision: EncodingRules.Decision
    if let kept = item.part?.encoding ?? keptEncoding(item) {
      decision = EncodingRules.Decision(encoding: kept)
    } else if let proven {
      decision = EncodingRules.Decision(encoding: proven)
    } else {
      decision = try rules.decide(
        name: item.name, shape: item.shape, origin: item.chosenFrom, chosen: chosen)
    }
    let encoding = decision.encoding
    if let fallback = decision.fallback {
      fallbacks.append(
        Plan.Fallback(
          tensor: item.name, wanted: fallback.wanted, used: encoding, reason: fallback.reason))
    }
    let route = try router.route(
      from: item.encoding, through: item.workingEncoding, to: encoding, of: item.shape,
      tensor: item.name)
    var fidelity = try self.fidelity(item, route, isProven: proven != nil)
    if let merge = item.merge { fidelity = merge.fidelity(to: encoding) }
    if route.fidelity == .requantized || item.merge?.isRequantized(to: encoding) == true {
      requantized.append("\(item.name) (\(route.text))")
    }
    let index = routes.firstIndex(of: route) ?? routes.count
    if index == routes.count { routes.append(route) }
    guard let byteCount = encoding.byteCount(item.shape) else {
      throw ConversionError(
        .cannotHold, "\(item.shape) elements do not fill whole blocks of \(encoding)",
        at: Place(tensor: item.name))
    }
    tensors.append(
      PlannedTensor(
        name: item.name, shape: item.shape, encoding: encoding, origin: item.origin,
        route: index, fidelity: fidelity, byteCount: byteCount,
        importance: weighting(of: item.name, along: route),
        reason: encoding == chosen?.choice.encoding ? chosen?.origin.description : nil,
        layoutText: item.layoutText))
    // What was asked for is no convention that the way back would have to undo.
    let isAskedFor = choice.isAsking(for: encoding) || chosen?.choice.encoding == encoding
    sourceEncodings.append(
      SourceEncodings.Tensor(
        name: item.name, encoding: encoding,
        source: isAskedFor ? encoding : restoration.known(item) ?? item.encoding))
  }

  /// The encoding of a tensor that stays in it although a float type is asked for.
  private func keptEncoding(_ item: TensorMapping.Item) -> Encoding? {
    guard item.isKept, case .encoding(let wanted) = choice, wanted.scalarType?.kind == .float,
      rules.format.canHold(item.workingEncoding)
    else { return nil }
    return item.workingEncoding
  }

  /// The class of a tensor: what its values prove, else what its route and its value maps tell.
  private func fidelity(
    _ item: TensorMapping.Item, _ route: Route, isProven: Bool
  ) throws(ConversionError) -> Fidelity {
    if isProven { return .exact }
    guard !item.valueMaps.isEmpty, route.fidelity < .quantized,
      case .source(let map) = item.origin
    else { return route.fidelity }
    let isUndone = try restoration.probe.holds(
      map.tensors, as: route.target, through: item.valueMaps)
    return isUndone ? .exact : max(route.fidelity, .rounded)
  }

  /// The importance entry that a tensor's stages read, noting where one is needed and missing.
  private mutating func weighting(of name: String, along route: Route) -> String? {
    var result: String?
    for link in route.links {
      for companion in Stages.named(link.stage)?.companions(for: link.target) ?? [] {
        guard case .importance(let isNeeded) = companion else { continue }
        if importance?.file.entry(named: name) != nil {
          result = name
        } else if isNeeded {
          unweighted.append("\(name) (\(link.target))")
        }
      }
    }
    return result
  }

  /// The tensors as formats lay them out.
  func written(_ items: [TensorMapping.Item]) -> [WriteRequest.Tensor] {
    zip(tensors, items).map { tensor, item in
      WriteRequest.Tensor(
        name: tensor.name, encoding: item.part.map { Encoding($0.type) } ?? tensor.encoding,
        shape: item.part?.storedShape(of: tensor.shape) ?? tensor.shape,
        aliasGroup: item.aliasGroup)
    }
  }
}
