/// The functions of expressions: a closed set.
public enum ExpressionFunction: String, CaseIterable, Sendable {
  /// Square root, real.
  case sqrt
  /// The smallest argument.
  case min
  /// The greatest argument.
  case max
  /// Quotient of two integers, rounded up.
  case ceilDiv = "ceil_div"
  /// The greatest whole number that is not above a number.
  case floor
  /// Natural logarithm, real.
  case log
  /// 0.1 * mscale * ln(factor) + 1, or 1 for a factor of at most 1.
  case yarnMscale = "yarn_mscale"
  /// Whether the source's header holds a tensor.
  case has
  /// The first length of a tensor, 0 where it is absent.
  case rows
  /// Whether a tensor is stored in the encoding that its row keeps.
  case keeps
  /// The numbers of a small f32 tensor of the source.
  case values
  /// Whether a hyper-parameter was read rather than defaulted.
  case given
  /// Whether an expression holds for some layer of the first group.
  case any
  /// Whether an expression holds for every layer of the first group.
  case all
  /// A parameter of llama3 scaling, found from a table of factors.
  case llama3Solved = "llama3_solved"

  /// How many arguments it takes.
  public var argumentCount: ClosedRange<Int> {
    switch self {
    case .sqrt, .floor, .log, .has, .rows, .keeps, .values, .given, .any, .all: 1...1
    case .min, .max: 2...16
    case .ceilDiv, .yarnMscale: 2...2
    case .llama3Solved: 4...4
    }
  }
}

/// The functions that compute a tensor from hyper-parameters.
enum DerivedFunction: String, CaseIterable {
  /// Frequency divisors of llama3 scaling: a record of rope parameters, and the rotated width.
  case llama3Factors = "llama3_factors"
  /// The numbers of a hyper-parameter that is a list.
  case listed

  var argumentCount: ClosedRange<Int> {
    switch self {
    case .llama3Factors: 2...2
    case .listed: 1...1
    }
  }
}
