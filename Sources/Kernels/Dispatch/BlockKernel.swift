/// The kernels of one block type at one CPU level.
public struct BlockKernel: Sendable {
  /// Encodes whole rows of blocks: (source, importance, columns, rows, target, tables).
  ///
  /// Importance is nil or has one f32 per column; the tables are those that the type's codec names.
  /// The result is the index of the first block that the type cannot hold, or -1.
  public typealias Encoding =
    @convention(c) (
      UnsafeRawPointer, UnsafeRawPointer?, Int, Int, UnsafeMutableRawPointer, UnsafeRawPointer?
    ) -> Int
  /// Decodes whole blocks to f32: (source, target, blocks, tables).
  public typealias Decoding =
    @convention(c) (UnsafeRawPointer, UnsafeMutableRawPointer, Int, UnsafeRawPointer?) -> Void

  /// Encodes rows of f32; nil if the type is only decoded.
  public let encode: Encoding?
  /// Encodes rows of bf16 without a detour; nil: by way of f32.
  public let encodeBF16: Encoding?
  /// Encodes rows of f16 without a detour; nil: by way of f32.
  public let encodeF16: Encoding?
  /// Decodes blocks to f32.
  public let decode: Decoding
}
