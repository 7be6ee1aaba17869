/// The keys that the format itself gives a meaning, and those every writer sets.
public enum GGUFKey {
  /// The model family, in llama.cpp's word: a string.
  public static let architecture = "general.architecture"
  /// What tensors' offsets are multiples of: a u32, 32 if absent.
  public static let alignment = "general.alignment"
  /// The recipe of the tensors' types, one of `GGUFFileType`: a u32.
  public static let fileType = "general.file_type"
  /// Version of the block types' layouts, 2 today: a u32.
  public static let quantizationVersion = "general.quantization_version"
  /// Rounded number of parameters: a string, see `GGUFSizeLabel`.
  public static let sizeLabel = "general.size_label"
  /// Zero-based number of a shard: a u16.
  public static let splitNumber = "split.no"
  /// Number of shards: a u16.
  public static let splitCount = "split.count"
  /// Number of tensors in all shards: an i32.
  public static let splitTensorCount = "split.tensors.count"

  /// Lathe's own: room that the header leaves for later changes in place, of any type.
  public static let reserve = "lathe.reserve"

  /// The keys that belong to a shard, not to the model.
  public static let split = [splitNumber, splitTensorCount, splitCount]
}
