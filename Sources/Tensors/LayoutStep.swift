/// One step from canonical to a dialect's layout, its arguments resolved to numbers.
///
/// The step's meaning (shape rule, index map, inverse) is its `LayoutTransform` in the registry.
public struct LayoutStep: Hashable, Sendable, CustomStringConvertible {
  /// The step's word in an `.arch` file: `interleave_rope`.
  public let name: String
  /// Its arguments: group counts of `join`, head counts, the axes of `view`, the constant of `add`.
  public let arguments: [Double]

  /// A step with its arguments.
  public init(_ name: String, _ arguments: [Double] = []) {
    self.name = name
    self.arguments = arguments
  }

  /// `interleave_rope(32)`.
  public var description: String {
    if arguments.isEmpty { return name }
    let list = arguments.map { number in
      Int(exactly: number).map { String($0) } ?? String(number)
    }
    return "\(name)(\(list.joined(separator: ", ")))"
  }
}

/// The axis order of a stored tensor: the chain of steps that leads to it from canonical.
public struct Layout: Hashable, Sendable, CustomStringConvertible {
  /// Steps in the order in which they are applied to the canonical tensor.
  public let steps: [LayoutStep]
  /// A layout of those steps.
  public init(_ steps: [LayoutStep]) { self.steps = steps }
  /// The canonical layout.
  public static let canonical = Layout([])
  /// The steps, or `canonical`.
  public var description: String {
    steps.isEmpty ? "canonical" : steps.map(\.description).joined(separator: " ")
  }
}
