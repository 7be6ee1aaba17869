/// A `forward` section as written: conditions open, tensors by name.
public struct GraphTemplate: Hashable, Sendable {
  /// The graph's name; empty where a file has one graph.
  public let name: String
  /// Input names.
  public let inputs: [String]
  /// Output names.
  public let outputs: [String]
  /// The body.
  public let body: [Statement]
  /// Where the section begins.
  public let location: SourceLocation
  /// A graph as written.
  public init(
    name: String, inputs: [String], outputs: [String], body: [Statement], location: SourceLocation
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.body = body
    self.location = location
  }
}
