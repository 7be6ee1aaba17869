internal import Architectures
internal import Checkpoints
internal import Documents
internal import Failures
internal import Quantization
internal import Tensors

/// The tensors of an output as a budget sees them: which types each may get.
struct BudgetModel {
  let items: [TensorMapping.Item]
  let importance: PlannedImportance?
  let facts: RecipeFacts
  let options: RecipeOptions
  /// What the rules and the user say of each tensor if every other one were f32.
  let decisions: [RecipeDecision]
  /// The tensors that the rules allow to be quantized, whatever the user wants.
  let subjects: [ErrorMeasurement.Subject]

  /// The types that a tensor may get: floats that readers expect, and every block type with an encoder.
  static let candidates: [Encoding] =
    [ScalarType.f32, .f16, .bf16].map { Encoding($0) }
    + QuantType.all.filter(\.isEncoded).map(\.encoding)

  /// - Parameter allowRequantize: whether coded tensors may be coded again with loss.
  /// - Throws: what the rules object to in the user's options.
  init(
    items: [TensorMapping.Item], keys: Metadata, options: RecipeOptions,
    importance: PlannedImportance?, allowRequantize: Bool
  ) throws(ConversionError) {
    self.items = items
    self.importance = importance
    self.options = options
    facts = RecipeFacts(keys, hasImportance: importance != nil)
    let exact = try passing { () throws(ArchitectureError) in
      try Recipe.single(Encoding(.f32))
    }
    decisions = try RecipeTypes(exact, options, items: items, keys: keys, importance: importance)
      .decisions
    var types = [[Encoding]](repeating: [], count: items.count)
    var router = Router()
    for type in Self.candidates {
      for index in try Self.indices(of: type, items, facts, importance) {
        let route = try router.route(
          from: items[index].encoding, to: type, of: items[index].shape, tensor: items[index].name)
        let isRequantized =
          route.fidelity == .requantized || items[index].merge?.isRequantized(to: type) == true
        guard !isRequantized || allowRequantize else { continue }
        types[index].append(type)
      }
    }
    subjects = zip(items, types).filter { !$0.1.isEmpty }.map { .init(item: $0.0, types: $0.1) }
  }

  /// The tensors that the rules let have a type.
  private static func indices(
    of type: Encoding, _ items: [TensorMapping.Item], _ facts: RecipeFacts,
    _ importance: PlannedImportance?
  ) throws(ConversionError) -> [Int] {
    let fitting = items.indices.filter {
      if case .values = items[$0].origin { return false }
      return items[$0].shape.columns % type.blockElements == 0
    }
    let tensors = fitting.map {
      RecipeTensor(name: items[$0].name, shape: items[$0].shape, encoding: items[$0].encoding)
    }
    let decisions = try passing { () throws(ArchitectureError) in
      try Recipe.single(type).assign(tensors: tensors, facts: facts)
    }
    let isBlind = type.quantType?.codec?.importance == .needed
    return zip(fitting, decisions).filter { index, decision in
      let needs = decision.needsImportance || isBlind
      return decision.choice.encoding == type
        && (!needs || items[index].encoding == type
          || importance?.file.entry(named: items[index].name) != nil)
    }.map(\.0)
  }

  /// Whether the budget decides about a tensor, not the user and not the rules.
  func isFree(_ index: Int) -> Bool {
    guard case .line = decisions[index].origin else { return false }
    return decisions[index].choice.encoding != nil
  }

  /// The types that a program's recipe gives; nil if it does not fit the model.
  func types(of recipe: Recipe) -> [RecipeDecision]? {
    var lenient = options
    lenient.strictTypes = false
    let tensors = items.map {
      RecipeTensor(name: $0.name, shape: $0.shape, encoding: $0.encoding)
    }
    // A recipe that does not fit is none that a budget has to beat.
    return try? recipe.assign(tensors: tensors, facts: facts, options: lenient)
  }
}
