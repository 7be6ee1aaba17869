public import Tensors

/// The computation of a model, ready to be read by an emitter or an interpreter.
///
/// Every value has a number that is unique in the graph; its type stands in `values`.
public struct Graph: Hashable, Sendable {
  /// A value's number.
  public struct ValueID: Hashable, Sendable, CustomStringConvertible {
    /// Index in the graph's list of values.
    public let index: Int
    /// A value's number.
    public init(_ index: Int) { self.index = index }
    /// `%3`.
    public var description: String { "%\(index)" }
  }

  /// A value.
  public struct Value: Hashable, Sendable {
    /// The name it was first given in the architecture file, nil inside an expression.
    public var name: String?
    /// What it holds.
    public let type: ValueType
    /// A value.
    public init(name: String?, type: ValueType) {
      self.name = name
      self.type = type
    }
  }

  /// A name with the value that it stands for at the graph's edge.
  public struct Port: Hashable, Sendable {
    /// The name in the architecture file.
    public let name: String
    /// The value.
    public let value: ValueID
    /// A name with its value.
    public init(name: String, value: ValueID) {
      self.name = name
      self.value = value
    }
  }

  /// A tensor that the graph reads.
  public struct Parameter: Hashable, Sendable {
    /// Canonical name, with the layer's number: `block.0.attn_q`.
    public let name: String
    /// Its shape.
    public let shape: Shape
    /// The shape of its bias, nil if it has none.
    public let bias: Shape?
    /// A tensor that the graph reads.
    public init(name: String, shape: Shape, bias: Shape?) {
      self.name = name
      self.shape = shape
      self.bias = bias
    }
  }

  /// The graph's name; empty where a file has one graph.
  public let name: String
  /// What is fed, in the file's order.
  public let inputs: [Port]
  /// What is computed, in the file's order; an output never assigned is not one.
  public let outputs: [Port]
  /// The tensors read, in order of first use, layer by layer in a repeat.
  public let parameters: [Parameter]
  /// All values by number.
  public let values: [Value]
  /// What is done, in order.
  public let nodes: [Node]

  /// A graph.
  public init(
    name: String, inputs: [Port], outputs: [Port], parameters: [Parameter], values: [Value],
    nodes: [Node]
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.parameters = parameters
    self.values = values
    self.nodes = nodes
  }

  /// A value's type, nil if the graph has no such value.
  public func type(of id: ValueID) -> ValueType? {
    values.indices.contains(id.index) ? values[id.index].type : nil
  }
}
