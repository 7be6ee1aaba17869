public import Failures

/// The arguments of one call, by name, with the checks that shape rules share.
public struct OpCall: Sendable {
  /// An argument with what it is bound to.
  public struct Argument: Hashable, Sendable {
    /// The argument's name in the signature.
    public let name: String
    /// What is read.
    public let operand: Operand
    /// An argument with what it is bound to.
    public init(name: String, operand: Operand) {
      self.name = name
      self.operand = operand
    }
  }

  /// What the op takes.
  public let signature: OpSignature
  /// In order of the call; an absent argument is left out.
  public let arguments: [Argument]

  /// A call; nil stands for an argument that is absent: `none`, or a tensor that the model lacks.
  ///
  /// Errors: `argument` if counts or names do not fit the signature, if an argument is absent
  /// that may
  /// not be, or if a parameter has a bias that the op would not add.
  public init(
    _ signature: OpSignature, positional: [Operand?],
    named: [(name: String, operand: Operand?)] = []
  ) throws(GraphError) {
    let bound = try signature.bind(positional: positional.count, named: named.map(\.name))
    var arguments: [Argument] = []
    for (argument, operand) in zip(bound, positional + named.map(\.operand)) {
      guard let operand else {
        if argument.presence == .absentAllowed { continue }
        throw GraphError(.argument, "\(signature.name): \(argument.name) must not be none")
      }
      if case .parameter(let use) = operand, use.bias != nil,
        argument.kind != .parameter(bias: true)
      {
        throw GraphError(
          .argument,
          "\(signature.name): \(argument.name) must be without a bias, which would be lost; found "
            + use.description)
      }
      arguments.append(Argument(name: argument.name, operand: operand))
    }
    self.signature = signature
    self.arguments = arguments
  }

  private var op: String { signature.name }

  // MARK: Access

  /// What an argument is bound to, nil if it is absent.
  public func operand(_ name: String) -> Operand? {
    arguments.first { $0.name == name }?.operand
  }

  /// A value's type.
  public func value(_ name: String) throws(GraphError) -> ValueType {
    guard let type = try optionalValue(name) else { throw missing(name) }
    return type
  }

  /// A value's type, nil if the argument is absent.
  public func optionalValue(_ name: String) throws(GraphError) -> ValueType? {
    switch operand(name) {
    case nil: return nil
    case .value(_, let type): return type
    case .some(let other): throw wrong(name, "a value", other)
    }
  }

  /// The types of the values of a repeated argument.
  public func values(_ name: String) throws(GraphError) -> [ValueType] {
    var found: [ValueType] = []
    for argument in arguments where argument.name == name {
      guard case .value(_, let type) = argument.operand else {
        throw wrong(name, "a value", argument.operand)
      }
      found.append(type)
    }
    return found
  }

  /// The shape of a value of real numbers with at least so many axes.
  public func floats(_ name: String, rank: Int = 1) throws(GraphError) -> GraphShape {
    let type = try value(name)
    try expect(name, .floats, type)
    try expectRank(name, atLeast: rank, type.shape)
    return type.shape
  }

  /// A whole number, in that range.
  public func integer(
    _ name: String, in range: ClosedRange<Int>
  ) throws(GraphError) -> Int {
    guard let value = try optionalInteger(name, in: range) else { throw missing(name) }
    return value
  }

  /// A whole number, in that range; nil if the argument is absent.
  public func optionalInteger(
    _ name: String, in range: ClosedRange<Int>
  ) throws(GraphError) -> Int? {
    guard let operand = operand(name) else { return nil }
    guard case .scalar(.int(let value)) = operand else {
      throw wrong(name, "a whole number", operand)
    }
    guard range.contains(value) else {
      let top = range.upperBound == .max ? "or more" : "to \(range.upperBound)"
      throw GraphError(
        .argument, "\(op): \(name) must be \(range.lowerBound) \(top); found \(value)")
    }
    return value
  }

  /// A finite number, nil if the argument is absent.
  public func number(_ name: String) throws(GraphError) -> Double? {
    guard let operand = operand(name) else { return nil }
    guard case .scalar(let scalar) = operand, let value = scalar.number, value.isFinite else {
      throw wrong(name, "a finite number", operand)
    }
    return value
  }

  /// A truth, nil if the argument is absent.
  public func truth(_ name: String) throws(GraphError) -> Bool? {
    guard let operand = operand(name) else { return nil }
    guard case .scalar(.bool(let value)) = operand else {
      throw wrong(name, "true or false", operand)
    }
    return value
  }

  /// One of the signature's words for that argument, nil if the argument is absent.
  public func word(_ name: String) throws(GraphError) -> String? {
    guard let operand = operand(name) else { return nil }
    var words: [String] = []
    for argument in signature.arguments + signature.attributes where argument.name == name {
      if case .word(let list) = argument.kind { words = list }
    }
    guard case .scalar(.text(let word)) = operand, words.contains(word) else {
      throw wrong(name, "one of " + words.joined(separator: ", "), operand)
    }
    return word
  }

  /// Whole numbers above zero of a repeated argument.
  public func lengths(_ name: String) throws(GraphError) -> [Int] {
    var found: [Int] = []
    for argument in arguments where argument.name == name {
      guard case .scalar(.int(let value)) = argument.operand, value > 0 else {
        throw wrong(name, "whole numbers above 0", argument.operand)
      }
      found.append(value)
    }
    return found
  }

  /// A parameter with so many axes.
  public func parameter(_ name: String, rank: Int) throws(GraphError) -> ParameterUse {
    guard let use = try optionalParameter(name, rank: rank) else { throw missing(name) }
    return use
  }

  /// A parameter with so many axes, nil if the argument is absent.
  public func optionalParameter(_ name: String, rank: Int) throws(GraphError) -> ParameterUse? {
    guard let operand = operand(name) else { return nil }
    guard case .parameter(let use) = operand else { throw wrong(name, "a parameter", operand) }
    guard use.partShape.rank == rank else {
      throw GraphError(
        .shape,
        "\(op): \(name) must have \(rank == 1 ? "1 axis" : "\(rank) axes"); "
          + "found \(use.description)")
    }
    return use
  }

  // MARK: Checks

  /// An error unless the value has that kind of numbers.
  public func expect(
    _ name: String, _ element: ValueType.Element, _ type: ValueType
  ) throws(GraphError) {
    if type.element != element {
      throw GraphError(.shape, "\(op): \(name) must hold \(element.rawValue); found \(type)")
    }
  }

  /// An error unless the shapes are equal.
  public func expect(
    _ name: String, _ expected: GraphShape, found: GraphShape
  ) throws(GraphError) {
    if expected != found {
      throw GraphError(.shape, "\(op): \(name) must have the shape \(expected); found \(found)")
    }
  }

  /// An error unless a parameter's part has that shape, and its bias, if it has one, the other.
  public func expect(
    _ name: String, _ expected: GraphShape, bias: GraphShape? = nil, found use: ParameterUse
  ) throws(GraphError) {
    if GraphShape(use.partShape) != expected {
      throw GraphError(
        .shape, "\(op): \(name) must have the shape \(expected); found \(use.description)")
    }
    if let bias, let found = use.partBias, GraphShape(found) != bias {
      throw GraphError(
        .shape, "\(op): the bias of \(name) must have the shape \(bias); found \(use.description)")
    }
  }

  /// An error unless the value has at least so many axes.
  public func expectRank(
    _ name: String, atLeast rank: Int, _ shape: GraphShape
  ) throws(GraphError) {
    if shape.rank < rank {
      throw GraphError(
        .shape,
        "\(op): \(name) must have at least \(rank == 1 ? "1 axis" : "\(rank) axes"); found \(shape)"
      )
    }
  }

  /// An error that says what must hold of an argument and what was found.
  public func failure(_ name: String, _ expected: String, found: String) -> GraphError {
    GraphError(.shape, "\(op): \(name) \(expected); found \(found)")
  }

  private func missing(_ name: String) -> GraphError {
    GraphError(.argument, "\(op): the argument '\(name)' is missing")
  }

  private func wrong(_ name: String, _ expected: String, _ found: Operand) -> GraphError {
    GraphError(.argument, "\(op): \(name) must be \(expected); found \(found.description)")
  }
}
