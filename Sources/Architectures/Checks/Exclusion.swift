/// Whether two conditions can hold together, as far as their boolean structure says.
///
/// What is not `and`, `or`, `not` or `?:` counts as a variable of its own; equalities of one
/// subject with different constants exclude one another.
struct Exclusion {
  private var atoms: [Expression] = []
  private static let maximumAtoms = 12

  /// True if no assignment makes both true.
  static func excludes(_ a: Expression, _ b: Expression) -> Bool {
    var exclusion = Exclusion()
    exclusion.collect(a)
    exclusion.collect(b)
    guard exclusion.atoms.count <= maximumAtoms else { return false }
    for bits in 0..<(1 << exclusion.atoms.count) where exclusion.isConsistent(bits) {
      if exclusion.holds(a, bits), exclusion.holds(b, bits) { return false }
    }
    return true
  }

  private mutating func collect(_ expression: Expression) {
    switch expression {
    case .binary(.and, let a, let b), .binary(.or, let a, let b):
      collect(a)
      collect(b)
    case .unary(.not, let a): collect(a)
    case .value(.bool): break
    default:
      let atom = Self.positive(expression).atom
      if !atoms.contains(atom) { atoms.append(atom) }
    }
  }

  /// `a != b` is the negation of `a == b`, `a >= b` that of `a < b`.
  private static func positive(_ expression: Expression) -> (atom: Expression, negated: Bool) {
    switch expression {
    case .binary(.unequal, let a, let b): (.binary(.equal, a, b), true)
    case .binary(.greaterOrEqual, let a, let b): (.binary(.less, a, b), true)
    case .binary(.lessOrEqual, let a, let b): (.binary(.greater, a, b), true)
    default: (expression, false)
    }
  }

  private func isConsistent(_ bits: Int) -> Bool {
    for i in atoms.indices where bits >> i & 1 == 1 {
      for j in atoms.indices[(i + 1)...] where bits >> j & 1 == 1 {
        switch (atoms[i], atoms[j]) {
        case (.binary(.equal, let a, .value), .binary(.equal, let b, .value)),
          (.binary(.equal, let a, .name), .binary(.equal, let b, .name)):
          if a == b { return false }
        case (.binary(let x, let a, let m), .binary(let y, let b, let n)):
          let orders: Set<Expression.Operator> = [.equal, .less, .greater]
          if a == b, m == n, x != y, orders.contains(x), orders.contains(y) { return false }
        default: break
        }
      }
    }
    return true
  }

  private func holds(_ expression: Expression, _ bits: Int) -> Bool {
    switch expression {
    case .binary(.and, let a, let b): return holds(a, bits) && holds(b, bits)
    case .binary(.or, let a, let b): return holds(a, bits) || holds(b, bits)
    case .unary(.not, let a): return !holds(a, bits)
    case .value(.bool(let truth)): return truth
    default:
      let (atom, negated) = Self.positive(expression)
      guard let index = atoms.firstIndex(of: atom) else { return true }
      return (bits >> index & 1 == 1) != negated
    }
  }
}
