public import Failures

/// An operation of the forward graph.
///
/// One file under Ops and one line in the registry.
public protocol Op: Sendable {
  /// Name, arguments and attributes.
  var signature: OpSignature { get }
  /// Whether a token's result depends on other tokens; such an op cannot stand in a `mix`.
  var crossesTokens: Bool { get }
  /// The types of the results.
  ///
  /// Errors: `shape` and `argument`, naming the op, the argument, what was expected and found.
  func results(_ call: OpCall) throws(GraphError) -> [ValueType]
}

extension Op {
  /// The op's name.
  public var name: String { signature.name }
  /// False for most ops.
  public var crossesTokens: Bool { false }
}
