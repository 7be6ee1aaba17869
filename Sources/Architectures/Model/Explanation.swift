public import Tensors

/// How a description fits a checkpoint: what matched and what did not, down to every tensor.
public struct Explanation: Sendable {
  /// The description.
  public let architecture: Architecture
  /// Why this one is looked at.
  public let choice: Choice
  /// What the checkpoint calls itself: classes of Transformers, or GGUF's `general.architecture`.
  public let stated: [String]
  /// The class that the checkpoint was taken for.
  public let className: String
  /// Whose names the checkpoint's tensors bear.
  public let dialect: Dialect
  /// Tensors that are as described.
  public internal(set) var matched: [Match] = []
  /// Tensors that are described with another shape.
  public internal(set) var misshapen: [Match] = []
  /// Described tensors that the checkpoint lacks.
  public internal(set) var missing: [Match] = []
  /// Tensors of the checkpoint that nothing describes.
  public internal(set) var unknown: [Tensor] = []
  /// Tensors that the model does not need, with the reason.
  public internal(set) var omitted: [LostTensor] = []
  /// Copies of tied tensors.
  public internal(set) var copies: [TensorCopy] = []
  /// Hyper-parameters with their values, in the description's order.
  public internal(set) var parameters: [Parameter] = []
  /// Keys of config.json that are neither used nor known to be irrelevant.
  public internal(set) var unknownKeys: [String] = []
  /// Other defects: hyper-parameters without a value, requirements that do not hold.
  public internal(set) var problems: [String] = []
  /// What a GGUF cannot express, and where it differs; of a description that fits.
  public internal(set) var limits: [LimitNotice] = []
  /// Whether tensors could be compared one by one; else only their names were, as
  /// hyper-parameters are missing.
  public internal(set) var comparesShapes = false

  /// Whether the description fits: a conversion would go on.
  public var fits: Bool {
    misshapen.isEmpty && missing.isEmpty && unknown.isEmpty && problems.isEmpty
  }

  /// Why a description is looked at.
  public enum Choice: String, Sendable, CaseIterable {
    /// The user gave it.
    case given
    /// The checkpoint names it.
    case named
    /// It fits more names than any other one.
    case nearest
  }

  /// A tensor of the checkpoint.
  public struct Tensor: Hashable, Sendable {
    /// The checkpoint's name.
    public let name: String
    /// Its shape, nil if it has none.
    public let shape: Shape?
  }

  /// A described tensor.
  public struct Match: Hashable, Sendable {
    /// The name: the checkpoint's, or the described one of a tensor that is missing.
    public let name: String
    /// The canonical tensors inside.
    public let canonical: [String]
    /// The described shape, nil where only names were compared.
    public let wanted: Shape?
    /// The checkpoint's shape, nil if it is missing.
    public let found: Shape?
  }

  /// A hyper-parameter's value.
  public struct Parameter: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// Its value.
    public let value: Value
    /// Where it comes from: read, recovered, fixed, fallback.
    public let origin: String
  }
}
