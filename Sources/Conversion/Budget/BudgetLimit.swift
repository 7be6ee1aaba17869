/// What the types that a budget chooses must keep to.
public enum BudgetLimit: Hashable, Sendable, CustomStringConvertible {
  /// Most bytes of the output's files together.
  case size(UInt64)
  /// Most bits of a weight, on the average of all tensors of the output; padding is not counted.
  case bitsPerWeight(Double)
  /// Greatest relative error: the root of the total error over the total energy.
  case relativeError(Double)

  /// The option, as a user writes it.
  public var description: String {
    switch self {
    case .size(let bytes): "--target-size \(bytes)"
    case .bitsPerWeight(let bits): "--target-bpw \(bits)"
    case .relativeError(let error): "--max-error \(error)"
    }
  }
}

/// How types are chosen by what they cost and spoil.
public struct BudgetOptions: Hashable, Sendable {
  /// What the types must keep to.
  public var limit: BudgetLimit
  /// Path of a file of measured errors: read if it is there, else written.
  public var errorTable: String?
  /// Path of a file that the chosen recipe is written to.
  public var savedRecipe: String?
  /// Whether an existing recipe file is replaced.
  public var replacesRecipe = false

  /// A budget without files.
  public init(_ limit: BudgetLimit) { self.limit = limit }
}
