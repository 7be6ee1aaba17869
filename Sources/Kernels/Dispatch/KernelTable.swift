/// The fast paths of one CPU level: pure functions over pointers and counts.
///
/// Every level gives the same bytes. Pointers may be unaligned, sources and targets never overlap,
/// and the caller answers for the sizes: the functions check nothing.
public struct KernelTable: Sendable {
  /// Target = source, element by element, without loss: (source, target, count).
  public typealias Widening =
    @Sendable (UnsafeRawPointer, UnsafeMutableRawPointer, Int) -> Void
  /// Codes to f32 by a table of f32: (source, target, count, table).
  public typealias Lookup =
    @Sendable (UnsafeRawPointer, UnsafeMutableRawPointer, Int, UnsafeRawPointer) -> Void
  /// One rounding to nearest even per element: (source, target, count, saturate).
  ///
  /// The result holds the index of the first element that the target cannot hold (-1: none, or
  /// clamped because of `saturate`), the number of nonzero elements that became zero and the
  /// number of clamped ones. After an index the target is not to be used.
  public typealias Narrowing =
    @Sendable (UnsafeRawPointer, UnsafeMutableRawPointer, Int, Bool) -> (
      unrepresentable: Int, underflows: Int, clamped: Int
    )
  /// Statistics of at most 4096 f32: (source, count, sums[2], range[2], counts[3]).
  public typealias Statistics =
    @Sendable (
      UnsafeRawPointer, Int, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Float>,
      UnsafeMutablePointer<Int>
    ) -> Void

  /// 1 for the baseline, 3 for x86-64-v3 (AVX2, F16C), 4 for x86-64-v4 (AVX-512).
  public let level: Int

  /// Upper half of an f32; keeps every bit.
  public let bf16ToF32: Widening
  /// Exact; NaN keeps its payload and becomes quiet.
  public let f16ToF32: Widening
  /// Exact; NaN keeps its payload and becomes quiet.
  public let f32ToF64: Widening
  /// Rounds to odd, so that one further narrowing is a single rounding.
  public let f64ToF32Odd: Widening
  /// One-byte codes, table of 256.
  public let codes8ToF32: Lookup
  /// Codes of six bits, four in three bytes, first in the lowest bits; table of 64.
  public let codes6ToF32: Lookup
  /// Codes of four bits, first in the low half; table of 16.
  public let codes4ToF32: Lookup

  /// To the upper half of an f32.
  public let f32ToBF16: Narrowing
  /// To binary16.
  public let f32ToF16: Narrowing
  /// Fused, through exact f32.
  public let bf16ToF16: Narrowing
  /// Fused, through exact f32.
  public let f16ToBF16: Narrowing
  /// To binary32.
  public let f64ToF32: Narrowing
  /// To f8_e4m3.
  public let f32ToE4M3: Narrowing
  /// To f8_e5m2.
  public let f32ToE5M2: Narrowing
  /// To f8_e4m3fnuz.
  public let f32ToE4M3FNUZ: Narrowing
  /// To f8_e5m2fnuz.
  public let f32ToE5M2FNUZ: Narrowing

  /// Kernels of block types, by the types' names.
  public let blocks: [String: BlockKernel]

  /// Sums, range and counts.
  public let statisticsF32: Statistics
}
