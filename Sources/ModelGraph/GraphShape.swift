public import Tensors

/// The lengths of a value's axes, outermost first.
public struct GraphShape: Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  /// Axis lengths; empty for a single number.
  public let axes: [Dimension]

  /// A shape of those axes.
  public init(_ axes: [Dimension]) { self.axes = axes }
  /// A shape of those axes.
  public init(arrayLiteral elements: Dimension...) { axes = elements }
  /// A stored tensor's shape.
  public init(_ shape: Shape) { axes = shape.axes.map { Dimension($0) } }

  /// Number of axes.
  public var rank: Int { axes.count }

  /// The axes before the last one.
  public var leading: [Dimension] { Array(axes.dropLast()) }

  /// Product of all axes, nil on overflow; 1 for a single number.
  public var elementCount: Dimension? {
    var count: Dimension = 1
    for axis in axes {
      guard let product = count.times(axis) else { return nil }
      count = product
    }
    return count
  }

  /// The shape that both stretch to: axes are matched from the last one, and 1 or a missing axis
  /// stretches; nil if two lengths differ.
  public func broadcast(with other: GraphShape) -> GraphShape? {
    let rank = max(rank, other.rank)
    var result: [Dimension] = []
    for index in 0..<rank {
      let left = axis(index, of: rank)
      let right = other.axis(index, of: rank)
      if left == right || right == 1 {
        result.append(left)
      } else if left == 1 {
        result.append(right)
      } else {
        return nil
      }
    }
    return GraphShape(result)
  }

  /// Whether this shape stretches to exactly the other one.
  public func stretches(to other: GraphShape) -> Bool { broadcast(with: other) == other }

  /// The same shape with one symbol in place of another, nil on overflow.
  public func replacing(_ symbol: Dimension.Symbol, with other: Dimension.Symbol) -> GraphShape? {
    var result: [Dimension] = []
    for axis in axes {
      guard let changed = axis.replacing(symbol, with: other) else { return nil }
      result.append(changed)
    }
    return GraphShape(result)
  }

  /// `[batch, seq, 64]`.
  public var description: String {
    "[" + axes.map(\.description).joined(separator: ", ") + "]"
  }

  /// Axis `index` when aligned at the end with a shape of that rank: 1 where this one has none.
  private func axis(_ index: Int, of rank: Int) -> Dimension {
    let own = index - (rank - axes.count)
    return own < 0 ? 1 : axes[own]
  }
}
