/// A step of a graph.
public indirect enum Node: Hashable, Sendable {
  /// An op applied to its arguments.
  case op(Application)
  /// A body run once for each layer of a group.
  case repeated(Repeat)
  /// A body run for each expert that a token has chosen.
  case mix(Mix)

  /// An op applied to its arguments.
  public struct Application: Hashable, Sendable {
    /// The op's name in the registry.
    public let op: String
    /// In order of the call; an absent argument is left out.
    public let arguments: [OpCall.Argument]
    /// The values made.
    public let results: [Graph.ValueID]
    /// An op applied to its arguments.
    public init(op: String, arguments: [OpCall.Argument], results: [Graph.ValueID]) {
      self.op = op
      self.arguments = arguments
      self.results = results
    }
  }

  /// A body run once for each layer, passing values on from layer to layer.
  ///
  /// Layers that compute alike share a body. Values from outside may be read in the body as
  /// they are.
  public struct Repeat: Hashable, Sendable {
    /// What one layer does.
    public struct Body: Hashable, Sendable {
      /// The carried values as the layer finds them.
      public let inputs: [Graph.ValueID]
      /// What is done, in order.
      public let nodes: [Node]
      /// The carried values as the layer leaves them.
      public let outputs: [Graph.ValueID]
      /// What one layer does.
      public init(inputs: [Graph.ValueID], nodes: [Node], outputs: [Graph.ValueID]) {
        self.inputs = inputs
        self.nodes = nodes
        self.outputs = outputs
      }
    }

    /// Consecutive layers that share a body.
    public struct Run: Hashable, Sendable {
      /// The layers.
      public let layers: Range<Int>
      /// Index of their body.
      public let body: Int
      /// Consecutive layers that share a body.
      public init(layers: Range<Int>, body: Int) {
        self.layers = layers
        self.body = body
      }
    }

    /// The group of tensors whose layers are run.
    public let group: String
    /// Names of the values passed on, in order of their names.
    public let carried: [String]
    /// Their values before the first layer.
    public let initial: [Graph.ValueID]
    /// The different bodies, in order of first use.
    public let bodies: [Body]
    /// All layers in order.
    public let runs: [Run]
    /// The carried values after the last layer.
    public let results: [Graph.ValueID]

    /// A body run once for each layer.
    public init(
      group: String, carried: [String], initial: [Graph.ValueID], bodies: [Body], runs: [Run],
      results: [Graph.ValueID]
    ) {
      self.group = group
      self.carried = carried
      self.initial = initial
      self.bodies = bodies
      self.runs = runs
      self.results = results
    }
  }

  /// The sum over experts of weight times the body's result.
  ///
  /// The types in the body are those for all tokens; a reader runs it on the tokens whose weight is
  /// not zero, which gives the same because no op in the body looks at other tokens.
  public struct Mix: Hashable, Sendable {
    /// Weights, [.., experts]; zero for experts not chosen.
    public let weights: Graph.ValueID
    /// Number of experts.
    public let experts: Int
    /// What is done for one expert, whose slices are `ParameterUse.Part.expert`.
    public let nodes: [Node]
    /// The body's result, [.., width].
    public let given: Graph.ValueID
    /// The sum, of the same type.
    public let result: Graph.ValueID

    /// The sum over experts.
    public init(
      weights: Graph.ValueID, experts: Int, nodes: [Node], given: Graph.ValueID,
      result: Graph.ValueID
    ) {
      self.weights = weights
      self.experts = experts
      self.nodes = nodes
      self.given = given
      self.result = result
    }
  }
}
