/// How the types of the output's tensors are chosen beyond one type or recipe by name.
public struct TypeOptions: Hashable, Sendable {
  /// A recipe, by name or file.
  public var recipe: String?
  /// A budget that types are chosen under, instead of a type or recipe.
  public var budget: BudgetOptions?
  /// Whether the recipe's base type is used for every tensor that can be quantized.
  public var isPure = false
  /// Whether the output tensor stays as it is.
  public var leavesOutputTensor = false
  /// The type of the output tensor.
  public var outputTensorType: String?
  /// The type of the token embedding.
  public var tokenEmbeddingType: String?
  /// Types of tensors whose names match: `REGEX=TYPE`, the first match counts.
  public var tensorTypes: [String] = []
  /// Whether a type that does not fit a shape is refused instead of replaced.
  public var isStrict = false
  /// Path of an importance file.
  public var importanceFile: String?
  /// Parts of names of the importance file's entries that are used; all if there are none.
  public var includeWeights: [String] = []
  /// Parts of names of the importance file's entries that are not used.
  public var excludeWeights: [String] = []

  /// The defaults.
  public init() {}

  /// Whether something is asked for that only a recipe can answer.
  var speaksOfTensors: Bool {
    isPure || leavesOutputTensor || outputTensorType != nil || tokenEmbeddingType != nil
      || !tensorTypes.isEmpty
  }
}
