internal import Failures

/// Shape rules that several ops share.
extension OpCall {
  /// The result of an operator on two operands, of which at least one is a value.
  func elementwise(_ left: String, _ right: String) throws(GraphError) -> [ValueType] {
    let leftShape = try operandShape(left)
    let rightShape = try operandShape(right)
    guard let shape = leftShape.broadcast(with: rightShape) else {
      throw failure(right, "must stretch to or from \(leftShape)", found: "\(rightShape)")
    }
    return [ValueType(.floats, shape)]
  }

  /// The result of a norm: `x`, `weight` as long as its last axis or as its last two (heads with a
  /// weight each), `eps` of 0 or more.
  func norm() throws(GraphError) -> [ValueType] {
    let x = try floats("x")
    var normed: GraphShape = [x.axes[x.rank - 1]]
    if case .parameter(let use)? = operand("weight"), use.partShape.rank == 2, x.rank >= 2 {
      normed = GraphShape(Array(x.axes.suffix(2)))
    }
    try expect("weight", normed, bias: normed, found: try parameter("weight", rank: normed.rank))
    if let eps = try number("eps"), eps < 0 {
      throw GraphError(.argument, "\(signature.name): eps must be 0 or more; found \(eps)")
    }
    return [ValueType(.floats, x)]
  }

  /// An error unless the argument is absent or a mask of that shape.
  func expectMask(_ name: String, _ shape: GraphShape) throws(GraphError) {
    guard let mask = try optionalValue(name) else { return }
    try expect(name, .mask, mask)
    try expect(name, shape, found: mask.shape)
  }

  /// The length of a shape's last axis, which must be known and not 0.
  func lastLength(_ name: String, _ shape: GraphShape) throws(GraphError) -> Int {
    guard let length = shape.axes.last?.known, length > 0 else {
      throw failure(name, "must have a last axis of known length", found: "\(shape)")
    }
    return length
  }

  /// The shape [batch, seq, channels] of an argument.
  func sequence(_ name: String) throws(GraphError) -> GraphShape {
    let shape = try floats(name)
    guard shape.rank == 3 else {
      throw failure(name, "must have the shape [batch, seq, channels]", found: "\(shape)")
    }
    return shape
  }

  /// How many keys an attention sees: with `causal` those cached, then its own.
  func keyCount(causal: Bool, own: Dimension) throws(GraphError) -> Dimension {
    guard let count = causal ? Dimension.past.plus(own) : own else {
      throw failure("keys", "must be countable", found: "\(own)")
    }
    return count
  }

  /// The shape of a value of real numbers, of a parameter, or of a number.
  private func operandShape(_ name: String) throws(GraphError) -> GraphShape {
    switch operand(name) {
    case .parameter(let use): return GraphShape(use.partShape)
    case .scalar:
      _ = try number(name)
      return []
    case .value, .record, nil: return try floats(name, rank: 0)
    }
  }
}
