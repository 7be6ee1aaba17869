internal import Architectures
internal import Failures
internal import Tensors

extension BudgetPlanner {
  /// The name of the recipes that budgets make.
  private static let recipeName = "budget"

  /// The recipe of an assignment.
  func choice(_ assignment: Assignment) throws(ConversionError) -> TypeChoice {
    var choices = model.decisions.map(\.choice)
    for (tensor, type) in zip(free, assignment) {
      choices[tensor.index] = .type(tensor.types[type])
    }
    let text = recipe(choices, comments: [])
    let recipe = try passing { () throws(ArchitectureError) in
      try Recipe(parsing: text, file: Self.recipeName)
    }
    return .recipe(recipe, RecipeOptions())
  }

  /// The text of a recipe that lists what rules do not settle.
  private func recipe(_ choices: [RecipeChoice], comments: [String]) -> String {
    var listed: [(name: String, choice: RecipeChoice)] = []
    var bytes: [Encoding: Int] = [:]
    for (index, item) in model.items.enumerated() {
      switch model.decisions[index].origin {
      case .notFloat: continue
      case .line where choices[index] == .keep: continue
      case .line, .option: listed.append((item.name, choices[index]))
      }
      guard case .type(let type) = choices[index] else { continue }
      bytes[type, default: 0] += type.byteCount(item.shape) ?? 0
    }
    let base = bytes.max { ($0.value, $1.key.name) < ($1.value, $0.key.name) }?.key
    return Recipe.text(
      name: Self.recipeName, base: base ?? Encoding(.f32), comments: comments, tensors: listed)
  }

  /// The plan with what the budget says of it.
  func finished(
    _ plan: Plan, _ solution: MultipleChoice.Solution, price: Double
  ) throws(ConversionError) -> Plan {
    var plan = plan
    let entries = table.byName
    var planned = PlannedBudget(
      limit: budget.limit, bytes: plan.outputBytes, bitsPerWeight: 0, error: 0,
      energy: table.entries.reduce(0.0) { $0 + $1.energy.weighted }, gap: solution.gap,
      price: price, tensors: [], sampledWeights: table.sampled, tableFile: tableFile,
      warnings: refusals, recipeText: "")
    let types = Dictionary(
      zip(free, solution.choices).map { ($0.index, ($0, $1)) }, uniquingKeysWith: { a, _ in a })
    for (index, tensor) in plan.tensors.enumerated() {
      guard let entry = entries[tensor.name] else { continue }
      let error = try Self.error(of: tensor, entry)
      planned.error += error
      var row = PlannedBudget.Tensor(
        name: tensor.name, type: tensor.encoding.name, bytes: tensor.byteCount, error: error,
        isChosen: false)
      if let (own, type) = types[index] {
        row.isChosen = true
        (row.larger, row.smaller) = neighbours(own, type)
      }
      planned.tensors.append(row)
    }
    addOptions(to: &plan)
    let weights = plan.tensors.reduce(0.0) { $0 + Double($1.shape.elementCount ?? 0) }
    let bytes = plan.tensors.reduce(0.0) { $0 + Double($1.byteCount) }
    planned.bitsPerWeight = weights > 0 ? 8 * bytes / weights : 0
    let rows = Dictionary(
      planned.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for index in types.keys {
      plan.tensors[index].reason = rows[plan.tensors[index].name].map(planned.reason)
    }
    var choices = model.decisions.map(\.choice)
    for (index, tensor) in plan.tensors.enumerated() where choices[index].encoding != nil {
      choices[index] = .type(tensor.encoding)
    }
    planned.recipeText = recipe(choices, comments: comments(planned))
    plan.warnings += planned.warnings
    plan.budget = planned
    return plan
  }

  /// What the user settled is told as if there were no budget.
  private func addOptions(to plan: inout Plan) {
    for (index, decision) in model.decisions.enumerated() {
      guard case .option(let option) = decision.origin else { continue }
      plan.tensors[index].reason = option
      guard let fallback = decision.fallback else { continue }
      plan.fallbacks.append(
        Plan.Fallback(
          tensor: plan.tensors[index].name, wanted: fallback.wanted,
          used: plan.tensors[index].encoding, reason: fallback.reason))
    }
  }

  /// The types that a free tensor nearly had: the best bargains in both directions.
  private func neighbours(
    _ tensor: Free, _ type: Int
  ) -> (larger: PlannedBudget.Neighbour?, smaller: PlannedBudget.Neighbour?) {
    var larger: (neighbour: PlannedBudget.Neighbour, rate: Double)?
    var smaller: (neighbour: PlannedBudget.Neighbour, rate: Double)?
    for other in tensor.types.indices {
      let neighbour = PlannedBudget.Neighbour(
        type: tensor.types[other].name, bytes: bytes(tensor, other) - bytes(tensor, type),
        error: tensor.errors[other] - tensor.errors[type])
      let rate = neighbour.error / Double(neighbour.bytes)
      if neighbour.bytes > 0, neighbour.error < 0, rate < larger?.rate ?? 0 {
        larger = (neighbour, rate)
      } else if neighbour.bytes < 0, rate > smaller?.rate ?? -.infinity {
        smaller = (neighbour, rate)
      }
    }
    return (larger?.neighbour, smaller?.neighbour)
  }

  /// Types that were no candidates for some tensors, because of their values.
  private var refusals: [String] {
    var tensors: [String: [String]] = [:]
    for entry in table.entries {
      for type in entry.refused.keys { tensors[type, default: []].append(entry.name) }
    }
    return tensors.sorted { $0.key < $1.key }.map { type, names in
      "\(type) cannot hold values of \(ByteText.count(names.count, "tensor")) and was not "
        + "considered there: \(names.prefix(3).joined(separator: ", "))"
        + (names.count > 3 ? " ..." : "")
    }
  }

  private func comments(_ planned: PlannedBudget) -> [String] {
    [
      "The types that spoil least within \(planned.limit).",
      "Made: \(planned.figures).",
      "The relative error is the root of the total error over the total energy, "
        + PlannedBudget.exact(planned.error) + " over " + PlannedBudget.exact(planned.energy) + ":",
      "sums of w * (x - q)^2 and of w * x^2 over the tensors listed, "
        + (table.importance == nil
          ? "each weight counted once (w = 1)." : "w the importance of the column, 1 without."),
      "Errors were measured on \(planned.sampledWeights) weights of "
        + ByteText.count(table.entries.count, "tensor")
        + (planned.gap == 0
          ? "; no other choice has less." : "; the choice is not proven to be the best."),
    ]
      + (table.importance == nil
        ? [] : ["Importance steers the encoders: replay it with the same file."])
  }
}

extension PlannedBudget {
  /// The shortest text that reads back as this number.
  fileprivate static func exact(_ value: Double) -> String { "\(value)" }
}
