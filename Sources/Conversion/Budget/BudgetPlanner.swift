internal import Architectures
internal import Checkpoints
internal import Failures
internal import Tensors

/// Chooses the types of a plan's tensors so that they spoil least within a budget.
struct BudgetPlanner {
  let budget: BudgetOptions
  let model: BudgetModel
  let table: ErrorTable
  /// The file that the table was read from.
  let tableFile: String?
  /// The tensors to be decided about.
  var free: [Free] = []

  /// A tensor and its types; those of equal cost in the order of their names.
  struct Free {
    let index: Int
    let types: [Encoding]
    let errors: [Double]
  }

  /// What the types of the free tensors are.
  typealias Assignment = [Int]

  /// Bytes that data is padded to in the files of GGUF that state nothing else.
  private static let alignment = 32
  /// Most layouts that are tried until the headers fit, too.
  private static let attempts = 8
  /// Rounding of sums of errors that does not count.
  private static let rounding = 1e-12

  init(
    _ budget: BudgetOptions, _ model: BudgetModel, source: SourceCheckpoint, threads: Int
  ) throws(ConversionError) {
    self.budget = budget
    self.model = model
    (table, tableFile) = try ErrorTable.found(
      budget.errorTable, model.subjects, source: source, importance: model.importance,
      threads: threads)
    let entries = table.byName
    for (index, item) in model.items.enumerated() where model.isFree(index) {
      guard let entry = entries[item.name] else { continue }
      let types = BudgetModel.candidates.filter { entry.errors[$0.name] != nil }
        .sorted { $0.name < $1.name }
      guard !types.isEmpty else {
        throw ConversionError(
          .value, "no type can hold it: " + (entry.refused.values.min() ?? "none fits"),
          at: Place(tensor: item.name))
      }
      free.append(
        Free(index: index, types: types, errors: types.map { entry.errors[$0.name]?.weighted ?? 0 })
      )
    }
    guard !free.isEmpty else {
      throw ConversionError(
        .budget, "there is no tensor whose type a budget could choose: rules or options settle all")
    }
  }

  /// The best plan.
  ///
  /// - Parameter complete: plans the output with a recipe, whatever its types cost.
  /// - Throws: `.budget` naming what can be reached, if the budget cannot be kept.
  mutating func plan(
    _ complete: (TypeChoice) throws(ConversionError) -> Plan
  ) throws(ConversionError) -> Plan {
    let lightest = free.map { tensor in
      tensor.types.indices.min { a, b in
        (bytes(tensor, a), tensor.errors[a], a) < (bytes(tensor, b), tensor.errors[b], b)
      } ?? 0
    }
    let smallest = try complete(try choice(lightest))
    // What readers demand goes before any recipe.
    let settled = zip(free, lightest).map { $0.types[$1] == smallest.tensors[$0.index].encoding }
    let start = zip(lightest, settled).filter(\.1).map(\.0)
    free = zip(free, settled).filter(\.1).map(\.0)
    switch budget.limit {
    case .size(let bytes): return try fit(bytes, smallest, start, complete)
    case .bitsPerWeight(let bits): return try fit(bits, smallest, start, complete)
    case .relativeError(let error): return try fit(error: error, smallest, complete)
    }
  }

  // MARK: Budgets

  private func fit(
    _ limit: UInt64, _ smallest: Plan, _ start: Assignment,
    _ complete: (TypeChoice) throws(ConversionError) -> Plan
  ) throws(ConversionError) -> Plan {
    guard smallest.outputBytes <= limit else {
      throw ConversionError(
        .budget,
        "\(budget.limit) cannot be kept: the smallest types make \(smallest.outputBytes) bytes")
    }
    let problem = MultipleChoice(items: options(padded: true))
    func cost(_ assignment: Assignment) -> Int {
      zip(free, assignment).reduce(0) { $0 + Self.padded(bytes($1.0, $1.1)) }
    }
    var rest = Int(clamping: smallest.outputBytes) - cost(start)
    var best: (plan: Plan, solution: MultipleChoice.Solution)?
    for _ in 0..<Self.attempts {
      guard let solution = try solve(problem, capacity: Double(limit) - Double(rest)) else { break }
      let plan = try complete(try choice(solution.choices))
      if plan.outputBytes <= limit {
        if best.map({ $0.solution.value > solution.value }) ?? true { best = (plan, solution) }
        let actual = Int(clamping: plan.outputBytes) - cost(solution.choices)
        guard actual < rest else { break }
        rest = actual
      } else {
        guard best == nil else { break }
        rest += Int(clamping: plan.outputBytes - limit)
      }
    }
    if let best { return try finished(best.plan, best.solution, price: best.solution.price) }
    guard let solution = problem.total(of: start) else {
      throw ConversionError(.internal, "the lightest types are no choice")
    }
    return try finished(smallest, solution, price: 0)
  }

  private func fit(
    _ bits: Double, _ smallest: Plan, _ start: Assignment,
    _ complete: (TypeChoice) throws(ConversionError) -> Plan
  ) throws(ConversionError) -> Plan {
    let weights = smallest.tensors.reduce(0.0) { $0 + Double($1.shape.elementCount ?? 0) }
    let all = smallest.tensors.reduce(0.0) { $0 + Double($1.byteCount) }
    let mine = zip(free, start).reduce(0.0) { $0 + Double(bytes($1.0, $1.1)) }
    let capacity = (weights * bits / 8).rounded(.down) - (all - mine)
    let problem = MultipleChoice(items: options(padded: false))
    guard let solution = try solve(problem, capacity: capacity) else {
      throw ConversionError(
        .budget,
        "\(budget.limit) cannot be kept: the smallest types make "
          + "\(ByteText.fixed(8 * all / max(1, weights), 4)) bits per weight")
    }
    return try finished(
      try complete(try choice(solution.choices)), solution, price: solution.price)
  }

  private func fit(
    error: Double, _ smallest: Plan, _ complete: (TypeChoice) throws(ConversionError) -> Plan
  ) throws(ConversionError) -> Plan {
    let energy = table.entries.reduce(0.0) { $0 + $1.energy.weighted }
    let least = free.reduce(0.0) { $0 + ($1.errors.min() ?? 0) }
    let mine = Set(free.map(\.index))
    let entries = table.byName
    var others = 0.0
    for (index, tensor) in smallest.tensors.enumerated() where !mine.contains(index) {
      others += try Self.error(of: tensor, entries[tensor.name])
    }
    let problem = MultipleChoice(
      items: options(padded: true).map { item in
        item.map { .init(value: $0.weight, weight: $0.value) }
      }, tolerance: Self.rounding)
    guard let solution = try solve(problem, capacity: error * error * energy - others) else {
      let reachable = energy > 0 ? ((least + others) / energy).squareRoot() : 0
      throw ConversionError(
        .budget,
        "\(budget.limit) cannot be kept: the best types make a relative error of "
          + PlannedBudget.short(reachable))
    }
    return try finished(
      try complete(try choice(solution.choices)), solution,
      price: solution.price > 0 ? 1 / solution.price : 0)
  }

  /// The solver's answer; where that is not proven, it is made at least as good as every known recipe.
  private func solve(
    _ problem: MultipleChoice, capacity: Double
  ) throws(ConversionError) -> MultipleChoice.Solution? {
    guard let solution = problem.solve(capacity: capacity) else { return nil }
    guard solution.gap > 0 else { return solution }
    let recipes = try passing { () throws(ArchitectureError) in try Recipes.all.get() }
    let starts = recipes.compactMap { recipe in
      model.types(of: recipe).flatMap { decisions -> Assignment? in
        let places = free.compactMap { tensor in
          decisions[tensor.index].choice.encoding.flatMap { tensor.types.firstIndex(of: $0) }
        }
        return places.count == free.count ? places : nil
      }
    }
    return problem.solve(capacity: capacity, starts: starts)
  }

  // MARK: Costs

  /// Errors as values, bytes as weights.
  private func options(padded: Bool) -> [[MultipleChoice.Option]] {
    free.map { tensor in
      tensor.types.indices.map { type in
        let bytes = bytes(tensor, type)
        return .init(
          value: tensor.errors[type], weight: Double(padded ? Self.padded(bytes) : bytes))
      }
    }
  }

  func bytes(_ tensor: Free, _ type: Int) -> Int {
    tensor.types[type].byteCount(model.items[tensor.index].shape) ?? 0
  }

  private static func padded(_ bytes: Int) -> Int {
    (bytes + alignment - 1) / alignment * alignment
  }

  /// The weighted error of a tensor as it was planned; 0 for what the table does not tell of.
  static func error(
    of tensor: PlannedTensor, _ entry: ErrorTable.Entry?
  ) throws(ConversionError) -> Double {
    guard let entry, tensor.encoding != entry.encoding else { return 0 }
    if let sums = entry.errors[tensor.encoding.name] { return sums.weighted }
    throw ConversionError(
      .value,
      entry.refused[tensor.encoding.name]
        ?? "the error table does not tell what \(tensor.encoding) makes of it",
      at: Place(tensor: tensor.name))
  }
}
