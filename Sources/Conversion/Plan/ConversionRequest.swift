/// What the user asks for, before anything was looked at.
public struct ConversionRequest: Sendable {
  /// Path of the source.
  public var source: String
  /// Path of the output.
  public var destination: String
  /// Id of the output's format; nil: by the destination's ending.
  public var format: String?
  /// `source`, or the name of a recipe or type; case does not matter.
  public var type = "source"
  /// How types are chosen beyond that.
  public var types = TypeOptions()
  /// Whether the output is of the source's format unless the types need another; else a destination
  /// without an ending is a folder of safetensors.
  public var prefersSourceFormat = false
  /// Whether a split source gives a split with the same tensors in each file.
  public var keepsSplit = false
  /// Layers that are left out.
  public var prunedLayers: Set<Int> = []
  /// Header keys that are set at the end: `KEY=TYPE:VALUE`.
  public var overriddenKeys: [String] = []
  /// Most tensor bytes of one file; nil: one file, or the format's custom for folders.
  public var maxShardBytes: UInt64?
  /// Most tensors of one file, for splits.
  public var maxShardTensors: Int?
  /// Path of an architecture file to use instead of the known ones.
  public var architectureFile: String?
  /// Path of a config.json to use instead of the source's.
  public var configFile: String?
  /// Folder or file of an adapter's base model; nil: what its configuration names.
  public var baseModel: String?
  /// Adapters that are merged into the weights, in this order.
  public var mergedAdapters: [AdapterRequest] = []
  /// Whether names, keys and documents stay as they are, whatever the formats' dialects.
  public var keepsNames = false
  /// Bytes of tile buffers, all threads together.
  public var bufferBytes = 64 << 20
  /// Threads of the run.
  public var threads = 1
  /// Whether coded tensors may be coded again with loss.
  public var allowRequantize = false
  /// Whether blocks that a description keeps are decoded where a float type is asked for.
  public var dequantizes = false
  /// Whether to go on where the target cannot express the model.
  public var forceLossyArchitecture = false
  /// The expression that a file of ranks splits text by, or the name of a known tokenizer.
  public var pattern: String?
  /// Path of a JSON map of special tokens to ids, for a file of ranks.
  public var specialTokensFile: String?
  /// Whether a GGUF also stores the original tokenizer.json.
  public var embedTokenizer = true
  /// What becomes of Lathe's own keys.
  public var lineage = LineageMode.written

  /// A request with the defaults.
  public init(source: String, destination: String) {
    self.source = source
    self.destination = destination
  }
}

/// What becomes of the keys that tell how an output was made.
public enum LineageMode: Hashable, Sendable {
  /// They are made anew for this output.
  case written
  /// They are left out.
  case omitted
  /// Those of the source stay: nothing but the files changes.
  case kept
}
