public import Failures
public import Tensors

/// What a graph is built from: one model, its hyper-parameters and tensors without conditions.
public protocol GraphContext {
  /// Whether a hyper-parameter has that name.
  func hasParameter(_ name: String) -> Bool
  /// The hyper-parameters whose names begin with `prefix` and a dot, without that part.
  func record(_ prefix: String) throws(ArchitectureError) -> [(name: String, value: Value)]
  /// The value of an expression of hyper-parameters; `layer` is bound in it if given.
  func evaluate(_ expression: Expression, layer: Int?) throws(ArchitectureError) -> Value
  /// The number of layers of a group, nil if there is no such group.
  func layerCount(of group: String) throws(ArchitectureError) -> Int?
  /// The tensor of a row: one of a group's layer, or one outside all groups.
  func tensor(_ row: String, group: String?, layer: Int?) throws(ArchitectureError) -> GraphTensor
}

/// A tensor as a graph finds it.
public enum GraphTensor: Hashable, Sendable {
  /// The file has no such row.
  case unknown
  /// The file has the row, but this model, or this layer, lacks the tensor.
  case absent
  /// The tensor: canonical name (of the other tensor where a row is tied), shape, and its bias's.
  case present(name: String, shape: Shape, bias: Shape?)
}
