/// A change of each value, in f32.
public enum ValueMap: Hashable, Sendable {
  /// x + c.
  case add(Float)
  /// log(-x).
  case logNegative
  /// -exp(x).
  case negativeExponential

  /// What undoes it, up to rounding.
  public var inverse: ValueMap {
    switch self {
    case .add(let constant): .add(-constant)
    case .logNegative: .negativeExponential
    case .negativeExponential: .logNegative
    }
  }
}

extension ValueMap {
  /// Changes values in place, each rounded to f32 once; NaN stays NaN.
  ///
  /// - Returns: the index of the first number that has no image: a finite one whose image is beyond
  ///   f32, or a positive one of which a logarithm is asked; nil if all have one.
  public func apply(to values: UnsafeMutableBufferPointer<Float>) -> Int? {
    switch self {
    case .add(let constant):
      for index in values.indices {
        let value = values[index]
        values[index] = value + constant
        if value.isFinite, !values[index].isFinite { return refuse(value, values, index) }
      }
    case .logNegative:
      for index in values.indices {
        let value = values[index]
        if value > 0 { return index }
        values[index] = PortableMath.logarithm(-value)
      }
    case .negativeExponential:
      for index in values.indices {
        let value = values[index]
        values[index] = -PortableMath.exponential(value)
        if value.isFinite, !values[index].isFinite { return refuse(value, values, index) }
      }
    }
    return nil
  }

  /// Leaves the refused number where it stood, for messages.
  private func refuse(
    _ value: Float, _ values: UnsafeMutableBufferPointer<Float>, _ index: Int
  ) -> Int {
    values[index] = value
    return index
  }

  /// The map as `.arch` files and plans write it: `add(1.0)`.
  public var description: String {
    switch self {
    case .add(let constant): "add(\(constant))"
    case .logNegative: "log_neg"
    case .negativeExponential: "undo log_neg"
    }
  }
}
