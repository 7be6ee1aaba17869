/// What a value holds: its numbers' kind and its axes.
public struct ValueType: Hashable, Sendable, CustomStringConvertible {
  /// The kind of a value's numbers.
  public enum Element: String, Hashable, Sendable, CaseIterable {
    /// Real numbers, computed in f32.
    case floats
    /// Whole numbers: token ids, positions.
    case ints
    /// True or false.
    case mask
    /// A table of sines and cosines, a row for each position; the shape says only a row's length.
    case angles
  }

  /// The numbers' kind.
  public let element: Element
  /// The axes.
  public let shape: GraphShape

  /// A type.
  public init(_ element: Element, _ shape: GraphShape) {
    self.element = element
    self.shape = shape
  }

  /// Real numbers of that shape.
  public static func floats(_ axes: [Dimension]) -> ValueType { .init(.floats, GraphShape(axes)) }
  /// Whole numbers of that shape.
  public static func ints(_ axes: [Dimension]) -> ValueType { .init(.ints, GraphShape(axes)) }
  /// Truths of that shape.
  public static func mask(_ axes: [Dimension]) -> ValueType { .init(.mask, GraphShape(axes)) }

  /// `floats [batch, seq, 64]`.
  public var description: String { "\(element.rawValue) \(shape)" }
}
