public import Documents
public import Tensors

/// What a format is asked to lay out.
public struct WriteRequest: Sendable {
  /// A tensor to be stored.
  public struct Tensor: Hashable, Sendable {
    /// Name in the target's dialect.
    public var name: String
    /// How its numbers will be stored.
    public var encoding: Encoding
    /// Axis lengths in elements, outermost first.
    public var shape: Shape
    /// Tensors of one alias group hold the same data; formats that can store it once.
    public var aliasGroup: Int?

    /// A tensor to be stored.
    public init(name: String, encoding: Encoding, shape: Shape, aliasGroup: Int? = nil) {
      self.name = name
      self.encoding = encoding
      self.shape = shape
      self.aliasGroup = aliasGroup
    }
  }

  /// The tensors; where a format has no order of its own, the order of the file.
  public var tensors: [Tensor]
  /// Header keys and values.
  public var metadata: Metadata
  /// File name of a single-file output (`model.gguf`); shards and index are named after it.
  public var fileName: String
  /// Most tensor bytes of one shard; nil for one file.
  public var maxShardBytes: UInt64?
  /// Most tensors of one shard, for GGUF splits; nil for no limit.
  public var maxShardTensors: Int?
  /// The shard of each tensor, for splits like another's; nil: by the limits.
  public var shards: [Int]?

  /// A request.
  public init(
    tensors: [Tensor], metadata: Metadata, fileName: String, maxShardBytes: UInt64? = nil,
    maxShardTensors: Int? = nil, shards: [Int]? = nil
  ) {
    self.tensors = tensors
    self.metadata = metadata
    self.fileName = fileName
    self.maxShardBytes = maxShardBytes
    self.maxShardTensors = maxShardTensors
    self.shards = shards
  }
}
