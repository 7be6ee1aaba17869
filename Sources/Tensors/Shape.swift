/// The lengths of a tensor's axes, outermost first: PyTorch's order, the reverse of ggml's `ne`.
public struct Shape: Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  /// Axis lengths, none negative; empty for a single number.
  public let axes: [Int]

  /// A shape of those axis lengths.
  public init(_ axes: [Int]) { self.axes = axes }
  /// A shape of those axis lengths.
  public init(arrayLiteral elements: Int...) { axes = elements }

  /// Number of axes.
  public var rank: Int { axes.count }
  /// Length of the last axis; 1 for a single number.
  public var columns: Int { axes.last ?? 1 }
  /// Product of all axes but the last, nil on overflow.
  public var rows: Int? { Shape(Array(axes.dropLast())).elementCount }
  /// Product of all axes, nil on overflow or a negative length; 1 for a single number.
  public var elementCount: Int? {
    var count = 1
    var hasZero = false
    for axis in axes {
      if axis < 0 { return nil }
      if axis == 0 {
        hasZero = true
        continue
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: axis)
      if overflow { return nil }
      count = product
    }
    return hasZero ? 0 : count
  }

  /// `[4096, 4096]`.
  public var description: String {
    "[" + axes.map(String.init).joined(separator: ", ") + "]"
  }
}
