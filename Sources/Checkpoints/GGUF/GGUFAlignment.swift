internal import Documents

/// The rule of `general.alignment`.
enum GGUFAlignment {
  /// Why an alignment cannot be used.
  struct Refusal: Error {
    let message: String
    var isLimit = false
  }

  /// Alignment of files that do not state one.
  static let standard: UInt64 = 32

  /// The alignment that a file's metadata asks for.
  static func of(_ metadata: Metadata) throws(Refusal) -> UInt64 {
    guard let value = metadata[GGUFKey.alignment] else { return standard }
    guard case .u32(let alignment) = value else {
      throw Refusal(
        message: "key '\(GGUFKey.alignment)' must be a u32, found \(GGUFValueType(value))")
    }
    guard alignment > 0, alignment & (alignment - 1) == 0 else {
      throw Refusal(
        message: "key '\(GGUFKey.alignment)' must be a power of two, found \(alignment)")
    }
    guard alignment <= GGUFLimits.alignment else {
      throw Refusal(
        message: "key '\(GGUFKey.alignment)' is \(alignment), at most "
          + "\(GGUFLimits.alignment) is supported", isLimit: true)
    }
    return UInt64(alignment)
  }
}
