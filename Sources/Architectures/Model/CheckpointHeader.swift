public import Documents
public import OrderedCollections
public import Tensors

/// What a description needs to know of a checkpoint: no data, but for small tables.
public protocol CheckpointHeader: Sendable {
  /// Whose names the tensors bear.
  var dialect: Dialect { get }
  /// config.json, of a Hugging Face checkpoint; beside a GGUF, what its keys do not tell.
  var config: JSONValue? { get }
  /// Keys of a GGUF.
  var metadata: Metadata { get }
  /// Names of the logical tensors, in the checkpoint's order.
  var tensorNames: [String] { get }
  /// Shape of a tensor, outermost axis first.
  func shape(of tensor: String) -> Shape?
  /// How a tensor is stored, nil where that is not known or will not be kept.
  func encoding(of tensor: String) -> Encoding?
  /// Values of a small f32 tensor, nil where they cannot be had.
  func values(of tensor: String) -> [Float]?
}

extension CheckpointHeader {
  /// A header alone has no values.
  public func values(of tensor: String) -> [Float]? { nil }
  /// Names and shapes alone tell no encoding.
  public func encoding(of tensor: String) -> Encoding? { nil }
}

/// A header as a value.
public struct PlainHeader: CheckpointHeader {
  /// Whose names the tensors bear.
  public var dialect: Dialect
  /// config.json.
  public var config: JSONValue?
  /// Keys of a GGUF.
  public var metadata: Metadata
  /// Shapes by name, in the checkpoint's order.
  public var tensors: OrderedDictionary<String, Shape>
  /// Values of small tensors.
  public var smallValues: [String: [Float]]
  /// How tensors are stored, where that is known.
  public var encodings: [String: Encoding] = [:]

  /// A header of those parts.
  public init(
    dialect: Dialect, config: JSONValue? = nil, metadata: Metadata = [:],
    tensors: OrderedDictionary<String, Shape>, smallValues: [String: [Float]] = [:]
  ) {
    self.dialect = dialect
    self.config = config
    self.metadata = metadata
    self.tensors = tensors
    self.smallValues = smallValues
  }

  /// Names in order.
  public var tensorNames: [String] { Array(tensors.keys) }
  /// Shape of a tensor.
  public func shape(of tensor: String) -> Shape? { tensors[tensor] }
  /// How a tensor is stored.
  public func encoding(of tensor: String) -> Encoding? { encodings[tensor] }
  /// Values of a small tensor.
  public func values(of tensor: String) -> [Float]? { smallValues[tensor] }
}
