// The kernels of block types by the names of the types: one line per type.

/// Encodes whole rows of blocks: (source, importance, columns, rows, target, tables).
///
/// Importance is nil or has one f32 per column. The result is the index of the first block that the
/// type cannot hold, or -1.
public typealias BlockEncoding =
  @convention(c) (
    UnsafeRawPointer, UnsafeRawPointer?, Int, Int, UnsafeMutableRawPointer, UnsafeRawPointer?
  ) -> Int
/// Decodes whole blocks to f32: (source, target, blocks, tables).
public typealias BlockDecoding =
  @convention(c) (UnsafeRawPointer, UnsafeMutableRawPointer, Int, UnsafeRawPointer?) -> Void

/// Names each type's kernels: of f32 rows, of bf16 rows, of f16 rows, decoding.
@inline(never)
public func eachBlockKernel(
  _ add: (StaticString, BlockEncoding?, BlockEncoding?, BlockEncoding?, BlockDecoding) -> Void
) {
  add("iq4_nl", f32ToIQ4_NL, nil, nil, iq4_NLToF32)
  add("iq4_xs", f32ToIQ4_XS, nil, nil, iq4_XSToF32)
  add("q3_K", f32ToQ3_K, nil, nil, q3_KToF32)
  add("q6_K", f32ToQ6_K, nil, nil, q6_KToF32)
  add("q8_0", f32ToQ8_0, bf16ToQ8_0, f16ToQ8_0, q8_0ToF32)
}
