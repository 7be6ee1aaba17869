/// Encoder and decoder of a block type.
///
/// `encodeReference` and `decodeReference` are the specification and the test oracle: scalar IEEE
/// arithmetic in source order. `encode` and `decode` are the fast paths and give the same bits.
public protocol BlockCodec: Sendable {
  /// The bound c of |x - decode(encode(x))| <= c * max|block|, apart from underflow.
  static var errorBudget: Double { get }
  /// Whether encoding uses an importance vector when there is one.
  static var usesImportance: Bool { get }

  /// Decodes whole blocks: `output.count` is a multiple of the block's elements.
  static func decode(
    _ blocks: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>)
  /// Encodes whole rows; `importance` has one weight per column of a row, or is nil.
  ///
  /// - Returns: index of the first element that the type cannot hold (NaN, infinity, overflow of a
  ///   scale), nil if there is none. The bytes are then not to be used.
  static func encode(
    _ values: UnsafeBufferPointer<Float>, columns: Int, importance: UnsafeBufferPointer<Float>?,
    into blocks: UnsafeMutableRawBufferPointer
  ) -> Int?

  /// The specification of `decode`.
  static func decodeReference(
    _ blocks: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>)
  /// The specification of `encode`.
  static func encodeReference(
    _ values: UnsafeBufferPointer<Float>, columns: Int, importance: UnsafeBufferPointer<Float>?,
    into blocks: UnsafeMutableRawBufferPointer
  ) -> Int?
}
