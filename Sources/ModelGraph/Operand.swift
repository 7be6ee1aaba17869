public import Tensors

/// What a node reads at one of its arguments.
public enum Operand: Hashable, Sendable {
  /// A value made before, with its type.
  case value(Graph.ValueID, ValueType)
  /// A tensor of the model.
  case parameter(ParameterUse)
  /// A number, truth or word fixed when the graph was built.
  case scalar(Scalar)
  /// Hyper-parameters that share a prefix, in order of their names.
  case record([Field])

  /// A hyper-parameter of a record, its name without the prefix.
  public struct Field: Hashable, Sendable {
    /// The name without the prefix.
    public let name: String
    /// The value.
    public let value: Scalar
    /// A hyper-parameter of a record.
    public init(name: String, value: Scalar) {
      self.name = name
      self.value = value
    }
  }
}

/// A number, truth or word fixed when the graph was built.
public enum Scalar: Hashable, Sendable, CustomStringConvertible {
  /// A whole number.
  case int(Int)
  /// A real number.
  case real(Double)
  /// A truth.
  case bool(Bool)
  /// A word.
  case text(String)

  /// The number, whole or real.
  public var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .real(let value): value
    case .bool, .text: nil
    }
  }

  /// As in an architecture file.
  public var description: String {
    switch self {
    case .int(let value): String(value)
    case .real(let value): String(value)
    case .bool(let value): String(value)
    case .text(let value): value
    }
  }
}

/// A node's use of a tensor of the model.
public struct ParameterUse: Hashable, Sendable, CustomStringConvertible {
  /// Which part of the tensor is read.
  public enum Part: Hashable, Sendable {
    /// All of it.
    case whole
    /// The slice of the first axis that a `mix` runs for.
    case expert
    /// One slice of the first axis.
    case slice(Int)
  }

  /// Canonical name; in a repeat's body `*` stands for the layer.
  public let name: String
  /// The whole tensor's shape.
  public let shape: Shape
  /// The shape of its bias, nil if it has none.
  public let bias: Shape?
  /// The part that is read.
  public let part: Part

  /// A use of a tensor.
  public init(name: String, shape: Shape, bias: Shape? = nil, part: Part = .whole) {
    self.name = name
    self.shape = shape
    self.bias = bias
    self.part = part
  }

  /// The shape of the part that is read.
  public var partShape: Shape { cut(shape) }
  /// The shape of the bias's part that is read.
  public var partBias: Shape? { bias.map(cut) }

  /// `block.*.gate_exps[expert] [64, 32] + bias [64]`.
  public var description: String {
    var text = name
    switch part {
    case .whole: break
    case .expert: text += "[expert]"
    case .slice(let index): text += "[\(index)]"
    }
    text += " \(partShape)"
    if let bias = partBias { text += " + bias \(bias)" }
    return text
  }

  private func cut(_ shape: Shape) -> Shape {
    part == .whole ? shape : Shape(Array(shape.axes.dropFirst()))
  }
}
