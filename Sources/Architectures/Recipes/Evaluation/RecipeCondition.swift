internal import Tensors

/// A whole number of a condition.
///
/// Results beyond 64 bits stay at the greatest or smallest number: conditions only compare them.
indirect enum RecipeTerm: Sendable {
  case constant(Int)
  case number(RecipeNumber)
  case sum(RecipeTerm, RecipeTerm)
  case difference(RecipeTerm, RecipeTerm)
  case product(RecipeTerm, RecipeTerm)
  /// Quotient by a positive constant, rounded toward zero.
  case quotient(RecipeTerm, Int)
  /// Remainder of the same division.
  case remainder(RecipeTerm, Int)

  func value(in context: RecipeContext) -> Int {
    switch self {
    case .constant(let value): return value
    case .number(let number): return context.number(number)
    case .sum(let a, let b):
      let (x, y) = (a.value(in: context), b.value(in: context))
      let (result, overflow) = x.addingReportingOverflow(y)
      return overflow ? (y > 0 ? .max : .min) : result
    case .difference(let a, let b):
      let (x, y) = (a.value(in: context), b.value(in: context))
      let (result, overflow) = x.subtractingReportingOverflow(y)
      return overflow ? (y < 0 ? .max : .min) : result
    case .product(let a, let b):
      let (x, y) = (a.value(in: context), b.value(in: context))
      let (result, overflow) = x.multipliedReportingOverflow(by: y)
      return overflow ? ((x < 0) == (y < 0) ? .max : .min) : result
    case .quotient(let a, let divisor): return a.value(in: context) / divisor
    case .remainder(let a, let divisor): return a.value(in: context) % divisor
    }
  }
}

/// A condition of a recipe, checked and resolved.
indirect enum RecipeCondition: Sendable {
  enum Comparison: Sendable { case equal, less, lessOrEqual }

  case constant(Bool)
  case truth(RecipeTruth)
  case compare(Comparison, RecipeTerm, RecipeTerm)
  case typeIn([Encoding])
  case categoryIn([Int])
  case architectureIn([String])
  /// Whether layer i of n is one to which llama-quantize's mixtures give more bits.
  case moreBits(RecipeTerm, RecipeTerm)
  case not(RecipeCondition)
  case and(RecipeCondition, RecipeCondition)
  case or(RecipeCondition, RecipeCondition)

  func holds(in context: RecipeContext) -> Bool {
    switch self {
    case .constant(let value): return value
    case .truth(let truth): return context.truth(truth)
    case .compare(let comparison, let a, let b):
      let (x, y) = (a.value(in: context), b.value(in: context))
      switch comparison {
      case .equal: return x == y
      case .less: return x < y
      case .lessOrEqual: return x <= y
      }
    case .typeIn(let types): return context.choice.encoding.map(types.contains) ?? false
    case .categoryIn(let categories): return categories.contains(context.category)
    case .architectureIn(let names): return context.architecture.map(names.contains) ?? false
    case .moreBits(let a, let b):
      return Self.hasMoreBits(a.value(in: context), of: b.value(in: context))
    case .not(let inner): return !inner.holds(in: context)
    case .and(let a, let b): return a.holds(in: context) && b.holds(in: context)
    case .or(let a, let b): return a.holds(in: context) || b.holds(in: context)
    }
  }

  /// The first and last eighths of the layers, and every third one between them.
  static func hasMoreBits(_ i: Int, of n: Int) -> Bool {
    let eighth = n / 8
    // 7n/8 without the product's overflow.
    let lastEighth = n / 8 * 7 + n % 8 * 7 / 8
    return i < eighth || i >= lastEighth || (i - eighth) % 3 == 2
  }
}
