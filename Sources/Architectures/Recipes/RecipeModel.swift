public import Tensors

/// A tensor as a recipe looks at it.
public struct RecipeTensor: Hashable, Sendable {
  /// Its name in GGUF.
  public let name: String
  /// Its axes, outermost first.
  public let shape: Shape
  /// How it is stored now.
  public let encoding: Encoding

  /// A tensor with its name in GGUF.
  public init(name: String, shape: Shape, encoding: Encoding) {
    self.name = name
    self.shape = shape
    self.encoding = encoding
  }
}

/// What a recipe knows of a model beside its tensors.
public struct RecipeFacts: Hashable, Sendable {
  /// `general.architecture`; nil if the model names none.
  public var architecture: String?
  /// Layers; nil counts the tensors' `blk.N`.
  public var layers: Int?
  /// Attention heads of the first layer, 0 if there are none.
  public var heads: Int
  /// Heads of keys and values of the first layer.
  public var kvHeads: Int
  /// Experts of a layer, 0 if there are none.
  public var experts: Int
  /// Whether there is an importance file.
  public var hasImportance: Bool

  /// What is known of a model; keys and values have as many heads as queries unless it is said.
  public init(
    architecture: String? = nil, layers: Int? = nil, heads: Int = 0, kvHeads: Int? = nil,
    experts: Int = 0, hasImportance: Bool = false
  ) {
    self.architecture = architecture
    self.layers = layers
    self.heads = heads
    self.kvHeads = kvHeads ?? heads
    self.experts = experts
    self.hasImportance = hasImportance
  }
}

/// What a user asks for beside a recipe.
public struct RecipeOptions: Hashable, Sendable {
  /// A pattern of names and the type of the tensors that it finds.
  public struct TensorType: Hashable, Sendable {
    /// A regular expression, put into lower case and searched anywhere in a name.
    public let pattern: String
    /// The type.
    public let type: Encoding
    /// A pattern and its type.
    public init(_ pattern: String, _ type: Encoding) {
      self.pattern = pattern
      self.type = type
    }
  }

  /// The recipe's base type wherever it fits, without its rules.
  public var pure: Bool
  /// Leave `output.weight` as it is.
  public var leaveOutputTensor: Bool
  /// The type of `output.weight`, or of the embedding that stands in for it.
  public var outputTensorType: Encoding?
  /// The type of token embeddings.
  public var tokenEmbeddingType: Encoding?
  /// Types by name; the first pattern that fits decides.
  public var tensorTypes: [TensorType]
  /// A type that does not fit a tensor's shape is an error instead of being replaced.
  public var strictTypes: Bool

  /// What is asked for; nothing unless it is said.
  public init(
    pure: Bool = false, leaveOutputTensor: Bool = false, outputTensorType: Encoding? = nil,
    tokenEmbeddingType: Encoding? = nil, tensorTypes: [TensorType] = [], strictTypes: Bool = false
  ) {
    self.pure = pure
    self.leaveOutputTensor = leaveOutputTensor
    self.outputTensorType = outputTensorType
    self.tokenEmbeddingType = tokenEmbeddingType
    self.tensorTypes = tensorTypes
    self.strictTypes = strictTypes
  }
}

/// What becomes of a tensor.
public enum RecipeChoice: Hashable, Sendable, CustomStringConvertible {
  /// It stays as it is.
  case keep
  /// It gets this type.
  case type(Encoding)

  /// The type; nil if the tensor stays as it is.
  public var encoding: Encoding? { if case .type(let encoding) = self { encoding } else { nil } }
  /// The word of the language.
  public var description: String { encoding?.name ?? "keep" }
}

/// What a recipe decided about one tensor, and why.
public struct RecipeDecision: Hashable, Sendable {
  /// What decided.
  public enum Origin: Hashable, Sendable, CustomStringConvertible {
    /// A line of a recipe or part.
    case line(SourceLocation)
    /// An option, as a user writes it.
    case option(String)
    /// The tensor holds no floating-point numbers.
    case notFloat

    /// The words for a plan.
    public var description: String {
      switch self {
      case .line(let location): location.place.description
      case .option(let text): text
      case .notFloat: "holds no floating-point numbers"
      }
    }
  }

  /// The type that was wanted, and why it was replaced.
  public struct Fallback: Hashable, Sendable {
    /// What was wanted.
    public let wanted: Encoding
    /// Why it does not fit.
    public let reason: String
  }

  /// What becomes of the tensor.
  public let choice: RecipeChoice
  /// What decided.
  public let origin: Origin
  /// The replacement that was needed, if one was.
  public let fallback: Fallback?
  /// Whether this type must not be used for this tensor without its importance.
  public let needsImportance: Bool
}
