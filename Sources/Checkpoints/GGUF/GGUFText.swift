/// Checks of texts in a header.
enum GGUFText {
  /// Whether the bytes are well-formed UTF-8.
  static func isValid(_ bytes: [UInt8]) -> Bool { isValid(bytes.span) }
  /// Whether the bytes are well-formed UTF-8.
  static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool { isValid(bytes.span) }

  private static func isValid(_ bytes: Span<UInt8>) -> Bool {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes)
      return true
    } catch { return false }
  }
}
