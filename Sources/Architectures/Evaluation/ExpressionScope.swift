internal import Failures

/// Where an expression's names find their values.
protocol ExpressionScope {
  /// The layer that is bound, if one is.
  var layer: Int? { get }
  /// The class of the checkpoint.
  var className: String { get }
  /// The value of a hyper-parameter, nil if there is none of that name.
  func parameter(_ name: String) throws(ArchitectureError) -> Value?
  /// Element `index` of a list, nil if there is no such hyper-parameter.
  func element(_ name: String, _ index: Int) throws(ArchitectureError) -> Value?
  /// Whether a hyper-parameter holds real numbers.
  func isReal(_ name: String) -> Bool
  /// Whether the source holds a tensor.
  func has(_ tensor: String) throws(ArchitectureError) -> Bool
  /// First length of a tensor.
  func rows(_ tensor: String) throws(ArchitectureError) -> Int
  /// Whether a tensor is stored in the encoding that its row keeps.
  func keeps(_ tensor: String) throws(ArchitectureError) -> Bool
  /// The numbers of a small tensor.
  func values(_ tensor: String) throws(ArchitectureError) -> Value
  /// Whether a hyper-parameter was read; nil stands for the row's own.
  func given(_ name: String?) throws(ArchitectureError) -> Bool
  /// Layers of the first group.
  func layerCount() throws(ArchitectureError) -> Int
  /// This scope with a layer bound.
  func bound(to layer: Int) -> Self
  /// A parameter of llama3 scaling, found from the table of factors.
  func llama3Solved(_ arguments: [Value]) throws(ArchitectureError) -> Value
}
