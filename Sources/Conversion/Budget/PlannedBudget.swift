internal import Tensors

/// How a budget was used: what the plan tells of it, and the recipe that replays it.
public struct PlannedBudget: Sendable {
  /// A type that a tensor could have had instead.
  public struct Neighbour: Hashable, Sendable {
    /// The type's name.
    public var type: String
    /// Bytes that it takes more; negative if it takes fewer.
    public var bytes: Int
    /// Error that it adds; negative if it saves some.
    public var error: Double
  }

  /// A tensor whose error is known.
  public struct Tensor: Hashable, Sendable {
    /// Name in the output.
    public var name: String
    /// Its type's name.
    public var type: String
    /// Bytes of its data.
    public var bytes: Int
    /// Its weighted squared error.
    public var error: Double
    /// Whether the budget chose the type.
    public var isChosen: Bool
    /// The type that saves the most error for each byte more; nil if none saves any.
    public var larger: Neighbour?
    /// The type that costs the least error for each byte fewer; nil if there is none.
    public var smaller: Neighbour?
  }

  /// What was asked for.
  public var limit: BudgetLimit
  /// Bytes of the output's files.
  public var bytes: UInt64
  /// Bits of a weight, on the average of all tensors, padding not counted.
  public var bitsPerWeight: Double
  /// Sum of all tensors' weighted squared errors.
  public var error: Double
  /// Sum of the weighted squares of the weights of the same tensors.
  public var energy: Double
  /// What the optimum is at most better, as a share of it; 0 if the choice is proven best.
  public var gap: Double
  /// Error that one byte more would save, at the margin.
  public var price: Double
  /// The tensors, in the order of the output.
  public var tensors: [Tensor]
  /// Weights whose errors were measured.
  public var sampledWeights: Int
  /// The file that the errors were read from; nil if they were measured.
  public var tableFile: String?
  /// What the user should know.
  public var warnings: [String]
  /// A recipe that gives every tensor the same type.
  public var recipeText: String

  /// The root of the total error over the total energy.
  public var relativeError: Double { energy > 0 ? (error / energy).squareRoot() : 0 }
}
