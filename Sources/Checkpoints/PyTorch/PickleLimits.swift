/// Caps on what a pickle may ask for; checkpoints of 400,000 tensors stay below them.
enum PickleLimits {
  /// Bytes of one pickle.
  static let pickleBytes = 128 << 20
  /// Bytes of one string or byte string.
  static let stringBytes = 16 << 20
  /// Bytes of one LONG; torch's magic number has 10.
  static let longBytes = 1024
  /// Characters of a decimal number or of a module's or class's name.
  static let lineBytes = 4096
  /// Values on the stack.
  static let stack = 1 << 20
  /// Open MARKs.
  static let marks = 1 << 16
  /// Entries of the memo.
  static let memo = 1 << 22
  /// Lists, dicts and sets.
  static let containers = 1 << 21
  /// Values inside containers and tuples, together.
  static let items = 1 << 23
  /// Tensors and storages, each.
  static let tensors = 1 << 20
  /// Containers inside one another on the way to a tensor.
  static let depth = 64
  /// Values looked at on the way to tensors; shared containers count once per reference.
  static let visits = 1 << 22
  /// Bytes of a tensor's name.
  static let nameBytes = 4096
  /// Axes of a tensor; torch itself stops at 64.
  static let rank = 64
  /// Elements of a view that has more of them than its storage.
  static let expandedElements = 1 << 32
}
