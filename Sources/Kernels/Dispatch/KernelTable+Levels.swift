internal import CSystem
internal import KernelsBaseline
#if arch(x86_64)
  internal import KernelsV3
  internal import KernelsV4
#endif

extension KernelTable {
  /// The fastest level that this CPU runs; LATHE_CPU_LEVEL=1|3|4 in the environment lowers it.
  public static let current: KernelTable = level(Int(lathe_cpu_level())) ?? baseline

  /// Every level that `current` may be on this CPU, slowest first.
  public static let available: [KernelTable] = all.filter { $0.level <= current.level }

  /// The table of a level, nil if this CPU does not run it, or was told not to.
  public static func level(_ level: Int) -> KernelTable? {
    level > Int(lathe_cpu_level()) ? nil : all.first { $0.level == level }
  }

  #if arch(x86_64)
    private static let all = [baseline, v3, v4]
  #else
    private static let all = [baseline]
  #endif

  private static let baseline = KernelTable(
    level: 1,
    bf16ToF32: KernelsBaseline.bf16ToF32,
    f16ToF32: KernelsBaseline.f16ToF32,
    f32ToF64: KernelsBaseline.f32ToF64,
    f64ToF32Odd: KernelsBaseline.f64ToF32Odd,
    codes8ToF32: KernelsBaseline.codes8ToF32,
    codes6ToF32: KernelsBaseline.codes6ToF32,
    codes4ToF32: KernelsBaseline.codes4ToF32,
    f32ToBF16: KernelsBaseline.f32ToBF16,
    f32ToF16: KernelsBaseline.f32ToF16,
    bf16ToF16: KernelsBaseline.bf16ToF16,
    f16ToBF16: KernelsBaseline.f16ToBF16,
    f64ToF32: KernelsBaseline.f64ToF32,
    f32ToE4M3: KernelsBaseline.f32ToE4M3,
    f32ToE5M2: KernelsBaseline.f32ToE5M2,
    f32ToE4M3FNUZ: KernelsBaseline.f32ToE4M3FNUZ,
    f32ToE5M2FNUZ: KernelsBaseline.f32ToE5M2FNUZ,
    blocks: blocks(KernelsBaseline.eachBlockKernel),
    statisticsF32: KernelsBaseline.statisticsF32)

  #if arch(x86_64)
    private static let v3 = KernelTable(
      level: 3,
      bf16ToF32: KernelsV3.bf16ToF32,
      f16ToF32: KernelsV3.f16ToF32,
      f32ToF64: KernelsV3.f32ToF64,
      f64ToF32Odd: KernelsV3.f64ToF32Odd,
      codes8ToF32: KernelsV3.codes8ToF32,
      codes6ToF32: KernelsV3.codes6ToF32,
      codes4ToF32: KernelsV3.codes4ToF32,
      f32ToBF16: KernelsV3.f32ToBF16,
      f32ToF16: KernelsV3.f32ToF16,
      bf16ToF16: KernelsV3.bf16ToF16,
      f16ToBF16: KernelsV3.f16ToBF16,
      f64ToF32: KernelsV3.f64ToF32,
      f32ToE4M3: KernelsV3.f32ToE4M3,
      f32ToE5M2: KernelsV3.f32ToE5M2,
      f32ToE4M3FNUZ: KernelsV3.f32ToE4M3FNUZ,
      f32ToE5M2FNUZ: KernelsV3.f32ToE5M2FNUZ,
      blocks: blocks(KernelsV3.eachBlockKernel),
      statisticsF32: KernelsV3.statisticsF32)

    private static let v4 = KernelTable(
      level: 4,
      bf16ToF32: KernelsV4.bf16ToF32,
      f16ToF32: KernelsV4.f16ToF32,
      f32ToF64: KernelsV4.f32ToF64,
      f64ToF32Odd: KernelsV4.f64ToF32Odd,
      codes8ToF32: KernelsV4.codes8ToF32,
      codes6ToF32: KernelsV4.codes6ToF32,
      codes4ToF32: KernelsV4.codes4ToF32,
      f32ToBF16: KernelsV4.f32ToBF16,
      f32ToF16: KernelsV4.f32ToF16,
      bf16ToF16: KernelsV4.bf16ToF16,
      f16ToBF16: KernelsV4.f16ToBF16,
      f64ToF32: KernelsV4.f64ToF32,
      f32ToE4M3: KernelsV4.f32ToE4M3,
      f32ToE5M2: KernelsV4.f32ToE5M2,
      f32ToE4M3FNUZ: KernelsV4.f32ToE4M3FNUZ,
      f32ToE5M2FNUZ: KernelsV4.f32ToE5M2FNUZ,
      blocks: blocks(KernelsV4.eachBlockKernel),
      statisticsF32: KernelsV4.statisticsF32)
  #endif

  private static func blocks(
    _ each: (
      (
        StaticString, BlockKernel.Encoding?, BlockKernel.Encoding?, BlockKernel.Encoding?,
        BlockKernel.Decoding
      ) -> Void
    ) -> Void
  ) -> [String: BlockKernel] {
    var blocks: [String: BlockKernel] = [:]
    each { name, encode, encodeBF16, encodeF16, decode in
      blocks[name.description] = BlockKernel(
        encode: encode, encodeBF16: encodeBF16, encodeF16: encodeF16, decode: decode)
    }
    return blocks
  }
}
