/// Caps on what a GGUF header may ask for.
enum GGUFLimits {
  /// Bytes of a header: everything before the tensors' data.
  static let headerBytes: UInt64 = 256 << 20
  /// Bytes of a key.
  static let keyBytes = 65_535
  /// Bytes of a tensor's name: ggml keeps 64 with the terminating zero.
  static let nameBytes = 63
  /// Axes of a tensor.
  static let axes: UInt32 = 4
  /// Arrays within arrays.
  static let nesting = 16
  /// Greatest `general.alignment`.
  static let alignment: UInt32 = 16 << 20
  /// Shards of a split: `split.count` is a u16.
  static let shards = 65_535
}
