internal import Kernels

extension ScalarConversion {
  /// A kernel behind one signature.
  enum Kernel: Sendable {
    case widening(KernelTable.Widening)
    case lookup(KernelTable.Lookup, DecodingTable)
    case narrowing(KernelTable.Narrowing)

    func run(
      _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ count: Int, _ saturate: Bool
    ) -> ConversionOutcome {
      var outcome = ConversionOutcome()
      switch self {
      case .widening(let kernel):
        kernel(from, to, count)
      case .lookup(let kernel, let table):
        table.values.withUnsafeBytes { values in
          if let base = values.baseAddress { kernel(from, to, count, base) }
        }
      case .narrowing(let kernel):
        let result = kernel(from, to, count, saturate)
        outcome.firstUnrepresentable = result.unrepresentable < 0 ? nil : result.unrepresentable
        outcome.underflows = result.underflows
        outcome.clamped = result.clamped
      }
      return outcome
    }
  }

  /// Every code of a small float type as f32.
  final class DecodingTable: Sendable {
    let values: [Float]
    private init(_ codec: ScalarCodec) {
      values = (0..<(1 << codec.type.bits)).map { codec.float(UInt64($0)) }
    }
    /// One for each float type of up to 8 bits.
    static let all: [ScalarType: DecodingTable] = {
      let types = ScalarType.all.filter { $0.kind == .float && $0.bits <= 8 }
      return Dictionary(
        uniqueKeysWithValues: types.compactMap { type in
          ScalarCodec(type).map { (type, DecodingTable($0)) }
        })
    }()
  }
}

extension KernelTable {
  private typealias Pair = (from: ScalarType, to: ScalarType, kernel: ScalarConversion.Kernel)

  /// The kernel for a pair of types, if there is one.
  func direct(_ source: ScalarType, _ target: ScalarType) -> ScalarConversion.Kernel? {
    let pairs: [Pair] = [
      (.bf16, .f32, .widening(bf16ToF32)),
      (.f16, .f32, .widening(f16ToF32)),
      (.f32, .f64, .widening(f32ToF64)),
      (.f32, .bf16, .narrowing(f32ToBF16)),
      (.f32, .f16, .narrowing(f32ToF16)),
      (.bf16, .f16, .narrowing(bf16ToF16)),
      (.f16, .bf16, .narrowing(f16ToBF16)),
      (.f64, .f32, .narrowing(f64ToF32)),
      (.f32, .f8e4m3, .narrowing(f32ToE4M3)),
      (.f32, .f8e5m2, .narrowing(f32ToE5M2)),
      (.f32, .f8e4m3fnuz, .narrowing(f32ToE4M3FNUZ)),
      (.f32, .f8e5m2fnuz, .narrowing(f32ToE5M2FNUZ)),
    ]
    if let pair = pairs.first(where: { $0.from == source && $0.to == target }) {
      return pair.kernel
    }
    return target == .f32 ? lookup(source) : nil
  }

  /// The kernel whose result can be rounded once more as if it had been the source.
  func toF32(_ source: ScalarType) -> ScalarConversion.Kernel? {
    source == .f64 ? .widening(f64ToF32Odd) : direct(source, .f32)
  }

  /// Decoding of float types of up to 8 bits.
  private func lookup(_ source: ScalarType) -> ScalarConversion.Kernel? {
    guard let table = ScalarConversion.DecodingTable.all[source] else { return nil }
    let kernels = [8: codes8ToF32, 6: codes6ToF32, 4: codes4ToF32]
    return kernels[source.bits].map { .lookup($0, table) }
  }
}
