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
  add("iq1_m", f32ToIQ1_M, nil, nil, iq1_mToF32)
  add("iq1_s", f32ToIQ1_S, nil, nil, iq1_sToF32)
  add("iq2_s", f32ToIQ2_S, nil, nil, iq2_sToF32)
  add("iq2_xs", f32ToIQ2_XS, nil, nil, iq2_xsToF32)
  add("iq2_xxs", f32ToIQ2_XXS, nil, nil, iq2_xxsToF32)
  add("iq3_s", f32ToIQ3_S, nil, nil, iq3_sToF32)
  add("iq3_xxs", f32ToIQ3_XXS, nil, nil, iq3_xxsToF32)
  add("iq4_nl", f32ToIQ4_NL, nil, nil, iq4_NLToF32)
  add("iq4_xs", f32ToIQ4_XS, nil, nil, iq4_XSToF32)
  add("mxfp4", f32ToMXFP4, bf16ToMXFP4, f16ToMXFP4, mxfp4ToF32)
  add("nvfp4", f32ToNVFP4, bf16ToNVFP4, f16ToNVFP4, nvfp4ToF32)
  add("q1_0", f32ToQ1_0, bf16ToQ1_0, f16ToQ1_0, q1_0ToF32)
  add("q2_0", f32ToQ2_0, bf16ToQ2_0, f16ToQ2_0, q2_0ToF32)
  add("q2_K", f32ToQ2_K, nil, nil, q2_KToF32)
  add("q3_K", f32ToQ3_K, nil, nil, q3_KToF32)
  add("q4_0", f32ToQ4_0, bf16ToQ4_0, f16ToQ4_0, q4_0ToF32)
  add("q4_1", f32ToQ4_1, bf16ToQ4_1, f16ToQ4_1, q4_1ToF32)
  add("q4_K", f32ToQ4_K, nil, nil, q4_KToF32)
  add("q5_0", f32ToQ5_0, bf16ToQ5_0, f16ToQ5_0, q5_0ToF32)
  add("q5_1", f32ToQ5_1, bf16ToQ5_1, f16ToQ5_1, q5_1ToF32)
  add("q5_K", f32ToQ5_K, nil, nil, q5_KToF32)
  add("q6_K", f32ToQ6_K, nil, nil, q6_KToF32)
  add("q8_0", f32ToQ8_0, bf16ToQ8_0, f16ToQ8_0, q8_0ToF32)
  add("q8_1", nil, nil, nil, q8_1ToF32)
  add("q8_K", nil, nil, nil, q8_KToF32)
  add("tq1_0", f32ToTQ1_0, bf16ToTQ1_0, f16ToTQ1_0, tq1_0ToF32)
  add("tq2_0", f32ToTQ2_0, bf16ToTQ2_0, f16ToTQ2_0, tq2_0ToF32)
}
