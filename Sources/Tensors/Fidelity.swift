/// How faithful a path is to the numbers of its source, from best to worst.
public enum Fidelity: String, Comparable, Sendable, CaseIterable, CustomStringConvertible {
  /// decode(output) equals decode(source) bit for bit.
  case exact
  /// A narrower float, each element correctly rounded once.
  case rounded
  /// A block or integer target from a float origin of at least 8 bits.
  case quantized
  /// A block, integer or 8-bit float target, not exact, from an origin that is itself coded.
  case requantized
  /// Numbers that are others than the source's on purpose: an adapter is merged in.
  case changed

  /// Position in the order of loss, 0 for exact.
  public var rank: Int {
    switch self {
    case .exact: 0
    case .rounded: 1
    case .quantized: 2
    case .requantized: 3
    case .changed: 4
    }
  }

  /// Orders by loss.
  public static func < (a: Fidelity, b: Fidelity) -> Bool { a.rank < b.rank }
  /// The word that plans and metadata use.
  public var description: String { rawValue }
}
