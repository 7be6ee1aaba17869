/// Caps on what an importance file may ask for.
enum ImportanceLimits {
  /// Values of one entry: 512 MiB of them.
  static let values = 1 << 27
  /// Experts of one entry.
  static let experts = 1 << 16
  /// Bytes of an entry's name.
  static let nameBytes = 1024
  /// Bytes of a data set's name in the legacy form.
  static let datasetBytes = 1 << 20
  /// Values that are read at a time.
  static let window = 1 << 16
}
