internal import Architectures
internal import Checkpoints
internal import Documents
internal import Failures
internal import Tensors

/// A recipe applied to the tensors of an output.
struct RecipeTypes {
  /// The decisions, in the order of the tensors.
  let decisions: [RecipeDecision]

  /// Most tensors that a message lists.
  private static let shortList = 8

  /// Decides about all tensors.
  ///
  /// - Throws: `.policy` naming every tensor whose type needs importance that there is none of,
  ///   `.below` for types that do not fit and options that match nothing.
  init(
    _ recipe: Recipe, _ options: RecipeOptions, items: [TensorMapping.Item], keys: Metadata,
    importance: PlannedImportance?
  ) throws(ConversionError) {
    let tensors = items.map {
      RecipeTensor(name: $0.name, shape: $0.shape, encoding: $0.encoding)
    }
    let facts = RecipeFacts(keys, hasImportance: importance != nil)
    decisions = try passing { () throws(ArchitectureError) in
      try recipe.assign(tensors: tensors, facts: facts, options: options)
    }
    let missing = zip(items, decisions).filter { item, decision in
      decision.needsImportance && decision.choice.encoding != item.encoding
        && importance?.file.entry(named: item.name) == nil
    }
    guard !missing.isEmpty else { return }
    throw ConversionError(
      .policy,
      "\(ByteText.count(missing.count, "tensor")) cannot be given a type without importance: "
        + missing.map { "\($0.0.name) (\($0.1.choice))" }.joined(separator: ", ")
        + (importance == nil
          ? "; --importance names a file that tells it"
          : "; the importance file has no entry for \(missing.count == 1 ? "it" : "them")"))
  }
}

extension RecipeFacts {
  /// The facts that GGUF keys tell.
  init(_ keys: Metadata, hasImportance: Bool) {
    let architecture = keys[GGUFKey.architecture]?.string
    /// The number of a key; the first layer's of a list.
    func number(_ key: String) -> Int? {
      guard let architecture, let value = keys["\(architecture).\(key)"] else { return nil }
      return value.int ?? value.array?.element(at: 0)?.int
    }
    self.init(
      architecture: architecture, layers: number("block_count"),
      heads: number("attention.head_count") ?? 0, kvHeads: number("attention.head_count_kv"),
      experts: number("expert_count") ?? 0, hasImportance: hasImportance)
  }
}
