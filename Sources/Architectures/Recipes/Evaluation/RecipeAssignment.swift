internal import Failures
internal import Tensors

/// Gives the tensors of one model their types by a recipe.
struct RecipeAssignment {
  let recipe: Recipe
  let tensors: [RecipeTensor]
  let options: RecipeOptions
  private let names: [LayeredName]
  private var entries: [RecipeNames.Entry] = []
  private var context = RecipeContext()
  private let output: Int?
  private let embedding: Int?
  /// Tensors of each category, and how many of them rules have decided.
  private var counts: [Int]
  private var positions: [Int]
  private var patterns: [(pattern: TensorPattern, type: Encoding)] = []
  /// Tensors that each pattern finds: those that may get a type, and those left alone.
  private var found: [(decided: Int, kept: Int)] = []
  private var problems: [ArchitectureError] = []

  init(_ recipe: Recipe, _ tensors: [RecipeTensor], _ facts: RecipeFacts, _ options: RecipeOptions)
  {
    self.recipe = recipe
    self.tensors = tensors
    self.options = options
    names = tensors.map { LayeredName($0.name) }
    func number(_ name: String) -> Int? {
      recipe.categories.firstIndex { $0.name == name }.map { $0 + 1 }
    }
    output = number(Recipe.outputCategory)
    embedding = number(Recipe.embeddingCategory)
    counts = Array(repeating: 0, count: recipe.categories.count + 1)
    positions = counts
    var known = RecipeNames(recipe, output: output)
    for name in names {
      let entry = known.entry(name)
      entries.append(entry)
      counts[entry.category] += 1
    }
    context.architecture = facts.architecture
    context.layers = facts.layers ?? names.reduce(0) { max($0, ($1.layer ?? -1) + 1) }
    context.heads = facts.heads
    context.kvHeads = facts.kvHeads
    context.experts = facts.experts
    context.hasImportance = facts.hasImportance
    context.isTied = output.map { counts[$0] == 0 } ?? false
  }

  /// The decisions in the order in which the tensors were given.
  mutating func decisions() throws(ArchitectureError) -> [RecipeDecision] {
    prepareOptions()
    checkNames()
    if let error = ArchitectureError.gathered(problems) { throw error }
    var result = [RecipeDecision?](repeating: nil, count: tensors.count)
    for index in order() { result[index] = decide(index) }
    for (pattern, found) in zip(patterns, found) where found.decided == 0 {
      let what =
        found.kept == 0
        ? "finds no tensor" : "finds only tensors that are never quantized (\(found.kept))"
      problems.append(ArchitectureError(.option, "\(pattern.pattern.option) \(what)"))
    }
    if let error = ArchitectureError.gathered(problems + misfits.errors()) { throw error }
    return result.compactMap { $0 }
  }

  /// By layer, tensors without one first, then by the bytes of the name.
  private func order() -> [Int] {
    tensors.indices.sorted { a, b in
      let (x, y) = (names[a].layer ?? -1, names[b].layer ?? -1)
      if x != y { return x < y }
      return names[a].text.utf8.lexicographicallyPrecedes(names[b].text.utf8)
    }
  }

  // MARK: Options

  private mutating func prepareOptions() {
    let single = [
      ("--output-tensor-type", options.outputTensorType),
      ("--token-embedding-type", options.tokenEmbeddingType),
    ]
    for (option, type) in single {
      if let type { checkType(type, "\(option) \(type)") }
    }
    for tensorType in options.tensorTypes {
      checkType(tensorType.type, "--tensor-type '\(tensorType.pattern)=\(tensorType.type)'")
      do throws(ArchitectureError) {
        patterns.append((try TensorPattern(tensorType), tensorType.type))
      } catch { problems.append(error) }
    }
    found = patterns.map { _ in (0, 0) }
    let hasEmbedding = embedding.map { counts[$0] > 0 } ?? false
    let hasOutput = output.map { counts[$0] > 0 } ?? false
    if options.tokenEmbeddingType != nil, !hasEmbedding {
      report("--token-embedding-type: the model has no token embedding")
    }
    if options.outputTensorType != nil, !hasOutput, !hasEmbedding {
      report("--output-tensor-type: the model has no output tensor and no token embedding")
    }
  }

  private mutating func checkType(_ type: Encoding, _ option: String) {
    guard RecipeTypes.named(type.name) == nil else { return }
    report("\(option): \(RecipeParser.unknownType(type.name))")
  }

  private mutating func report(_ message: String) {
    problems.append(ArchitectureError(.option, message))
  }

  /// Every tensor that the recipe names must be there.
  private mutating func checkNames() {
    guard !recipe.tensors.isEmpty else { return }
    let present = Set(tensors.map { ExactName($0.name) })
    for (name, outcome) in recipe.tensors where !present.contains(name) {
      problems.append(
        ArchitectureError(
          .mismatch, "the model has no tensor '\(name.text)'", at: outcome.location.place))
    }
  }

  // MARK: One tensor

  private var misfits = RecipeMisfits()

  private mutating func decide(_ index: Int) -> RecipeDecision {
    let tensor = tensors[index]
    let entry = entries[index]
    describe(tensor, names[index], entry.category)
    let named = recipe.tensors.isEmpty ? nil : recipe.tensors[ExactName(tensor.name)]
    if let origin = keeps(tensor, entry, named) {
      for (index, pattern) in patterns.enumerated() where pattern.pattern.finds(tensor.name) {
        found[index].kept += 1
      }
      return RecipeDecision(choice: .keep, origin: origin, fallback: nil, needsImportance: false)
    }
    let (choice, origin) = wanted(tensor, entry, named)
    guard case .type(let type) = choice else {
      return RecipeDecision(choice: .keep, origin: origin, fallback: nil, needsImportance: false)
    }
    let (fitting, fallback) = fit(type, tensor)
    context.choice = .type(fitting)
    // Equal blocks are copied, whatever they once needed.
    let needs =
      fitting != tensor.encoding
      && recipe.needs.contains {
        $0.types.contains(fitting) && $0.condition?.holds(in: context) ?? true
      }
    return RecipeDecision(
      choice: .type(fitting), origin: origin, fallback: fallback, needsImportance: needs)
  }

  private mutating func describe(_ tensor: RecipeTensor, _ name: LayeredName, _ category: Int) {
    let axes = tensor.shape.axes
    context.category = category
    context.count = counts[category]
    context.i = positions[category]
    context.layer = name.layer
    context.rank = axes.drop { $0 == 1 }.count
    context.columns = tensor.shape.columns
    context.rows = tensor.shape.rows ?? .max
    context.matrices = axes.count > 2 ? axes[axes.count - 3] : 1
    context.choice = .type(recipe.base)
  }

  /// Why a tensor stays as it is whatever is asked for; nil if it may get a type.
  private func keeps(
    _ tensor: RecipeTensor, _ entry: RecipeNames.Entry, _ named: Recipe.Rule.Outcome?
  ) -> RecipeDecision.Origin? {
    if let scalar = tensor.encoding.scalarType, scalar.kind != .float { return .notFloat }
    if options.leaveOutputTensor, entry.category == output {
      return .option("--leave-output-tensor")
    }
    if named != nil { return nil }
    for index in entry.kept {
      let line = recipe.kept[index]
      if line.condition?.holds(in: context) ?? true { return .line(line.location) }
    }
    return nil
  }

  /// What is wanted, whether it fits or not.
  private mutating func wanted(
    _ tensor: RecipeTensor, _ entry: RecipeNames.Entry, _ named: Recipe.Rule.Outcome?
  ) -> (RecipeChoice, RecipeDecision.Origin) {
    var first: Int?
    for (index, pattern) in patterns.enumerated() where pattern.pattern.finds(tensor.name) {
      found[index].decided += 1
      if first == nil { first = index }
    }
    // The further embedding tables follow the option only where no pattern names them.
    if let type = options.tokenEmbeddingType, entry.category == embedding, embedding != nil,
      first == nil || tensor.name == "token_embd.weight"
    {
      return (.type(type), .option("--token-embedding-type"))
    }
    if let type = options.outputTensorType, entry.category == output, output != nil {
      return (.type(type), .option("--output-tensor-type"))
    }
    if let first { return (.type(patterns[first].type), .option(patterns[first].pattern.option)) }
    if options.pure { return (.type(recipe.base), .option("--pure")) }
    let isOutput = context.isTied && entry.category == embedding && embedding != nil
    if isOutput, let type = options.outputTensorType {
      return (.type(type), .option("--output-tensor-type"))
    }
    defer { positions[entry.category] += 1 }
    if let named { return (named.choice, .line(named.location)) }
    return ruled(entry, isOutput: isOutput)
  }

  private mutating func ruled(
    _ entry: RecipeNames.Entry, isOutput: Bool
  ) -> (RecipeChoice, RecipeDecision.Origin) {
    if isOutput, let output { context.category = output }
    var place = recipe.basePlace
    for index in isOutput ? entry.outputRules : entry.rules {
      let rule = recipe.rules[index]
      let branch = rule.branches.first { $0.condition?.holds(in: context) ?? true }
      guard let branch else { continue }
      context.choice = branch.choice
      place = rule.location
    }
    return (context.choice, .line(place))
  }

  /// The type itself, or the first of its replacements whose blocks divide the rows.
  private mutating func fit(
    _ wanted: Encoding, _ tensor: RecipeTensor
  ) -> (Encoding, RecipeDecision.Fallback?) {
    var type = wanted
    // Replacements have ever shorter blocks, so this ends.
    while tensor.shape.columns % type.blockElements != 0 {
      guard let next = recipe.fallbacks[type] else {
        misfits.add(tensor, wanted, replacement: nil)
        return (wanted, nil)
      }
      type = next
    }
    guard type != wanted else { return (type, nil) }
    if options.strictTypes { misfits.add(tensor, wanted, replacement: type) }
    return (
      type, RecipeDecision.Fallback(wanted: wanted, reason: RecipeMisfits.reason(tensor, wanted))
    )
  }
}
