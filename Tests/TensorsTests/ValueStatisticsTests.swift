import Kernels
import Tensors
import Testing

/// Statistics against their definition, on every level.
struct ValueStatisticsTests {
  static let values: [Float] = {
    var random = SplitMix(state: 11)
    return (0..<10_000).map { i in
      switch i % 997 {
      case 3: .nan
      case 4: -.infinity
      case 5: .infinity
      case 6: -0.0
      case 7: 0
      default: Float(Int64(bitPattern: random.next()) >> 20) * 0x1p-40
      }
    }
  }()

  /// The definition, written once more: lanes, then chunks.
  static func definition(_ values: [Double]) -> (sum: Double, squares: Double) {
    var total = (0.0, 0.0)
    for start in stride(from: 0, to: values.count, by: 4096) {
      var lanes = [Double](repeating: 0, count: 8)
      var squares = lanes
      for i in start..<min(start + 4096, values.count) where values[i].isFinite {
        lanes[(i - start) % 8] += values[i]
        squares[(i - start) % 8] += values[i] * values[i]
      }
      func fold(_ l: [Double]) -> Double {
        ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
      }
      total.0 += fold(lanes)
      total.1 += fold(squares)
    }
    return total
  }

  func statistics(_ bytes: [UInt8], _ type: ScalarType, _ count: Int, _ kernels: KernelTable)
    -> ValueStatistics?
  {
    var result = ValueStatistics()
    let known = bytes.withUnsafeBytes {
      result.append($0, of: type, count: count, kernels: kernels)
    }
    return known ? result : nil
  }

  @Test func equalTheDefinitionOnEveryLevel() throws {
    let values = Self.values
    let bytes = packed(values.map { UInt64($0.bitPattern) }, .f32)
    let (sum, squares) = Self.definition(values.map { Double($0) })
    for kernels in KernelTable.available {
      let result = try #require(statistics(bytes, .f32, values.count, kernels))
      #expect(result.count == 10_000 && result.finiteCount == values.count(where: \.isFinite))
      #expect(result.sum == sum && result.sumOfSquares == squares)
      #expect(result.minimum == values.filter(\.isFinite).min().map { Double($0) })
      #expect(result.maximum == values.filter(\.isFinite).max().map { Double($0) })
      #expect(result.nanCount == values.count(where: \.isNaN))
      #expect(result.infinityCount == values.count(where: \.isInfinite))
      #expect(result.zeroCount == values.count(where: { $0 == 0 }))
      let double = packed(values.map { UInt64(Double($0).bitPattern) }, .f64)
      #expect(statistics(double, .f64, values.count, kernels) == result)
      // In two pieces, cut at a chunk.
      var parts = ValueStatistics()
      let known = bytes.withUnsafeBytes { raw in
        let cut = 4 * 4096
        let head = UnsafeRawBufferPointer(rebasing: raw[..<cut])
        let tail = UnsafeRawBufferPointer(rebasing: raw[cut...])
        return parts.append(head, of: .f32, count: 4096, kernels: kernels)
          && parts.append(tail, of: .f32, count: 10_000 - 4096, kernels: kernels)
      }
      #expect(known)
      #expect(parts == result)
    }
  }

  @Test func smallAndEmptySequences() throws {
    for kernels in KernelTable.available {
      let none = try #require(statistics([], .f32, 0, kernels))
      #expect(none == ValueStatistics() && none.minimum == nil && none.mean == nil)
      let nan = try #require(statistics(packed([0x7fc0_0000], .f32), .f32, 1, kernels))
      #expect(nan.nanCount == 1 && nan.maximum == nil && nan.standardDeviation == nil)
      let zero = try #require(statistics(packed([0x8000_0000], .f32), .f32, 1, kernels))
      #expect(zero.minimum?.sign == .plus && zero.maximum?.sign == .plus && zero.zeroCount == 1)
      let pair = try #require(
        statistics(packed([0x3f80_0000, 0x4040_0000], .f32), .f32, 2, kernels))
      #expect(
        pair.mean == 2 && pair.standardDeviation == 1 && pair.minimum == 1 && pair.maximum == 3)
      let packedFours = try #require(statistics([0x21, 0xf7], .f4e2m1, 4, kernels))
      #expect(packedFours.minimum == -6 && packedFours.maximum == 6 && packedFours.sum == 1.5)
      let integers = try #require(statistics(packed([0xff, 0x7f], .i8), .i8, 2, kernels))
      #expect(integers.sum == 126 && integers.minimum == -1)
      #expect(statistics([], .c64, 0, kernels) == nil)
    }
  }
}
