/// The length of an axis: a number, or a sum of products of lengths known only when a graph runs.
///
/// Kept as a sum of terms in one order, so that equal lengths compare equal however they were made.
public struct Dimension: Hashable, Sendable, CustomStringConvertible {
  /// A length known only when a graph runs.
  public enum Symbol: String, Hashable, Sendable, CaseIterable {
    /// Sequences at a time.
    case batch
    /// Tokens of each sequence in this call.
    case seq
    /// Tokens of the other graph's output that this graph attends to.
    case memory
    /// Tokens of earlier calls, whose keys and values are cached.
    case past
  }

  /// A product: a number other than zero, times symbols in order.
  private struct Term: Hashable {
    var factor: Int
    var symbols: [Symbol]
  }

  /// In ascending order of their symbols, no symbols twice; empty for zero.
  private let terms: [Term]

  private init(_ terms: [Term]) { self.terms = terms }

  /// A known length.
  public init(_ count: Int) {
    terms = count == 0 ? [] : [Term(factor: count, symbols: [])]
  }

  /// A length known at run time.
  public init(_ symbol: Symbol) { terms = [Term(factor: 1, symbols: [symbol])] }

  /// Sequences at a time.
  public static let batch = Dimension(.batch)
  /// Tokens of each sequence in this call.
  public static let seq = Dimension(.seq)
  /// Tokens of the other graph's output.
  public static let memory = Dimension(.memory)
  /// Tokens of earlier calls.
  public static let past = Dimension(.past)

  /// The number, if no symbol takes part.
  public var known: Int? {
    if terms.isEmpty { return 0 }
    return terms.count == 1 && terms[0].symbols.isEmpty ? terms[0].factor : nil
  }

  /// The sum, nil if a number overflows.
  public func plus(_ other: Dimension) -> Dimension? {
    Dimension.collect(terms + other.terms)
  }

  /// The product, nil if a number overflows.
  public func times(_ other: Dimension) -> Dimension? {
    var products: [Term] = []
    for left in terms {
      for right in other.terms {
        let (factor, overflow) = left.factor.multipliedReportingOverflow(by: right.factor)
        if overflow { return nil }
        products.append(
          Term(factor: factor, symbols: Dimension.sorted(left.symbols + right.symbols)))
      }
    }
    return Dimension.collect(products)
  }

  /// The quotient by a number above zero, nil if it does not divide.
  public func divided(by count: Int) -> Dimension? {
    if count <= 0 { return nil }
    var quotients: [Term] = []
    for term in terms {
      if term.factor % count != 0 { return nil }
      quotients.append(Term(factor: term.factor / count, symbols: term.symbols))
    }
    return Dimension(quotients)
  }

  /// The same length with one symbol in place of another.
  public func replacing(_ symbol: Symbol, with other: Symbol) -> Dimension? {
    Dimension.collect(
      terms.map { term in
        Term(
          factor: term.factor,
          symbols: Dimension.sorted(term.symbols.map { $0 == symbol ? other : $0 }))
      })
  }

  /// `32`, `batch`, `past + seq`, `4 * batch * seq`.
  public var description: String {
    if terms.isEmpty { return "0" }
    return terms.map { term in
      var factors = term.symbols.map(\.rawValue)
      if term.factor != 1 || factors.isEmpty { factors.insert(String(term.factor), at: 0) }
      return factors.joined(separator: " * ")
    }.joined(separator: " + ")
  }

  private static func sorted(_ symbols: [Symbol]) -> [Symbol] {
    symbols.sorted { $0.rawValue < $1.rawValue }
  }

  /// Terms in order, those of the same symbols added up.
  private static func collect(_ terms: [Term]) -> Dimension? {
    var sums: [[Symbol]: Int] = [:]
    for term in terms {
      let (sum, overflow) = sums[term.symbols, default: 0].addingReportingOverflow(term.factor)
      if overflow { return nil }
      sums[term.symbols] = sum
    }
    let kept = sums.filter { $0.value != 0 }.map { Term(factor: $0.value, symbols: $0.key) }
    return Dimension(
      kept.sorted { left, right in
        if left.symbols.isEmpty != right.symbols.isEmpty { return right.symbols.isEmpty }
        return left.symbols.map(\.rawValue).lexicographicallyPrecedes(right.symbols.map(\.rawValue))
      })
  }
}

extension Dimension: ExpressibleByIntegerLiteral {
  /// A known length.
  public init(integerLiteral value: Int) { self.init(value) }
}
