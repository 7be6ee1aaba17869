/// What a tensor is, as far as routes are concerned: whose names, how its numbers are stored, in
/// which axis order.
public struct TensorKind: Hashable, Sendable, CustomStringConvertible {
  /// Whose names it bears.
  public var dialect: Dialect
  /// How its numbers are stored.
  public var encoding: Encoding
  /// Its axis order.
  public var layout: Layout

  /// A kind of these three.
  public init(dialect: Dialect, encoding: Encoding, layout: Layout) {
    self.dialect = dialect
    self.encoding = encoding
    self.layout = layout
  }

  /// `(gguf, q8_0, interleave_rope(32))`.
  public var description: String { "(\(dialect), \(encoding), \(layout))" }
}
