import Foundation
import Kernels
import Testing

/// Every level gives the bytes and counts of the baseline.
struct LevelAgreementTests {
  static let count = 1 << 20

  /// Random bits, half of them with exponents of ordinary weights, then values around every power
  /// of two.
  static let words: [UInt32] = {
    var random = SplitMix(state: 7)
    var words: [UInt32] = []
    words.reserveCapacity(count)
    for power in 0..<UInt32(256) {
      for offset in -4..<4 {
        let bits = power << 23 &+ UInt32(truncatingIfNeeded: offset)
        words.append(bits)
        words.append(bits | 0x8000_0000)
      }
    }
    while words.count < count {
      let bits = random.next()
      words.append(UInt32(truncatingIfNeeded: bits))
      let exponent = UInt32(truncatingIfNeeded: bits >> 32) % 40 + 100
      words.append(UInt32(truncatingIfNeeded: bits >> 8) & 0x807f_ffff | exponent << 23)
    }
    return words
  }()

  /// The bytes that `kernel` writes, and its result, on each level.
  func agree<Result: Equatable>(
    _ target: Int, _ kernel: (KernelTable, UnsafeRawPointer, UnsafeMutableRawPointer) -> Result
  ) throws {
    var expected: (Data, Result)?
    for table in KernelTable.available {
      // Sources and targets at odd addresses.
      var output = Data(count: target + 1)
      let result = try Self.words.withUnsafeBytes { source in
        try output.withUnsafeMutableBytes { bytes in
          kernel(table, try #require(source.baseAddress) + 1, try #require(bytes.baseAddress) + 1)
        }
      }
      if let expected {
        // Compared outside the macro, which would describe a megabyte of difference.
        let sameResult = expected.1 == result
        let sameBytes = expected.0 == output
        #expect(sameResult && sameBytes, "level \(table.level)")
      } else {
        expected = (output, result)
      }
    }
  }

  static let widenings: [Case<KernelTable.Widening>] = [
    .init("bf16ToF32", 2, 4, \.bf16ToF32), .init("f16ToF32", 2, 4, \.f16ToF32),
    .init("f32ToF64", 4, 8, \.f32ToF64), .init("f64ToF32Odd", 8, 4, \.f64ToF32Odd),
  ]
  @Test(arguments: widenings) func widening(_ entry: Case<KernelTable.Widening>) throws {
    let (from, to) = (entry.from, entry.to)
    let count = (4 * Self.count - 8) / from
    try agree(count * to) { table, source, target in
      entry.kernel(table)(source, target, count)
      return true
    }
  }

  static let narrowings: [Case<KernelTable.Narrowing>] = [
    .init("f32ToBF16", 4, 2, \.f32ToBF16), .init("f32ToF16", 4, 2, \.f32ToF16),
    .init("bf16ToF16", 2, 2, \.bf16ToF16), .init("f16ToBF16", 2, 2, \.f16ToBF16),
    .init("f64ToF32", 8, 4, \.f64ToF32), .init("f32ToE4M3", 4, 1, \.f32ToE4M3),
    .init("f32ToE5M2", 4, 1, \.f32ToE5M2), .init("f32ToE4M3FNUZ", 4, 1, \.f32ToE4M3FNUZ),
    .init("f32ToE5M2FNUZ", 4, 1, \.f32ToE5M2FNUZ),
  ]
  @Test(arguments: narrowings) func narrowing(_ entry: Case<KernelTable.Narrowing>) throws {
    let (from, to) = (entry.from, entry.to)
    let count = (4 * Self.count - 8) / from
    try agree(count * to) { table, source, target in
      let result = entry.kernel(table)(source, target, count, true)
      return [result.unrepresentable, result.underflows, result.clamped]
    }
    // The place of the first overflow, from every start in the region where few values overflow.
    try agree(count * to) { table, source, target in
      (0..<200).map {
        entry.kernel(table)(source + from * 37 * $0, target, 5000, false).unrepresentable
      }
    }
  }

  static let lookups: [Case<KernelTable.Lookup>] = [
    .init("codes8ToF32", 8, 256, \.codes8ToF32), .init("codes6ToF32", 6, 64, \.codes6ToF32),
    .init("codes4ToF32", 4, 16, \.codes4ToF32),
  ]
  @Test(arguments: lookups) func lookup(_ entry: Case<KernelTable.Lookup>) throws {
    let values = (0..<entry.to).map { Float($0) * 1.25 - 3 }
    for count in [0, 1, 2, 3, 5, 100_003] {
      try agree(count * 4) { table, source, target in
        values.withUnsafeBytes { bytes in
          if let base = bytes.baseAddress { entry.kernel(table)(source, target, count, base) }
        }
        return true
      }
    }
  }

  @Test func statistics() throws {
    try agree(0) { table, source, _ in
      stride(from: 0, to: Self.count - 4096, by: 4096).map { start in
        var sums = [0.0, 0.0]
        var range: [Float] = [0, 0]
        var counts = [0, 0, 0]
        table.statisticsF32(source + 4 * start, 4096 - start % 11, &sums, &range, &counts)
        return [
          sums[0].bitPattern, sums[1].bitPattern, UInt64(range[0].bitPattern),
          UInt64(range[1].bitPattern),
        ]
          + counts.map { UInt64($0) }
      }
    }
  }
}

/// A kernel with the bytes of an element (bits of a code) it reads, and of one (number of codes) it writes.
struct Case<Kernel>: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let from: Int
  let to: Int
  let kernel: @Sendable (KernelTable) -> Kernel
  init(
    _ name: String, _ from: Int, _ to: Int, _ kernel: @escaping @Sendable (KernelTable) -> Kernel
  ) {
    testDescription = name
    self.from = from
    self.to = to
    self.kernel = kernel
  }
}

/// A small generator whose sequence is fixed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
