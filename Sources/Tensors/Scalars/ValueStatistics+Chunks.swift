public import Kernels

extension ValueStatistics {
  /// Adds the elements that follow those already added, which must be whole chunks.
  ///
  /// Float types of up to 32 bits go through the kernels; wider ones and integers are read as f64.
  /// - Returns: false for complex types, which have no order; nothing is added then.
  public mutating func append(
    _ input: UnsafeRawBufferPointer, of type: ScalarType, count: Int,
    kernels: KernelTable = .current
  ) -> Bool {
    precondition(
      self.count % ValueStatistics.chunkElements == 0 && count >= 0
        && input.count >= (count * type.bits + 7) / 8, "whole chunks, and a buffer that holds them")
    guard let codec = ScalarCodec(type) else { return false }
    guard count > 0, let base = input.baseAddress else { return true }
    let toF32 = ScalarConversion(from: type, to: .f32, kernels: kernels)
    let usesKernel = type.kind == .float && type != .f64
    withUnsafeTemporaryAllocation(of: Float.self, capacity: ValueStatistics.chunkElements) {
      floats in
      let target = UnsafeMutableRawBufferPointer(floats)
      for start in stride(from: 0, to: count, by: ValueStatistics.chunkElements) {
        let part = min(ValueStatistics.chunkElements, count - start)
        let place = base + start / 8 * type.bits
        if usesKernel, let toF32 {
          let bytes = UnsafeRawBufferPointer(start: place, count: (part * type.bits + 7) / 8)
          _ = toF32.run(bytes, into: target, count: part)
          append(ValueStatistics(chunk: UnsafeRawBufferPointer(target), count: part, kernels))
        } else {
          let reader = PackedBits(bits: type.bits)
          append(ValueStatistics(count: part) { codec.double(reader.load(place, $0)) })
        }
      }
    }
    return true
  }

  /// The statistics of at most 4096 f32.
  private init(chunk: UnsafeRawBufferPointer, count: Int, _ kernels: KernelTable) {
    guard let chunk = chunk.baseAddress else { return }
    var sums = (0.0, 0.0)
    var range = (Float.infinity, -Float.infinity)
    var counts = (0, 0, 0)
    withUnsafeMutablePointer(to: &sums) { sums in
      withUnsafeMutablePointer(to: &range) { range in
        withUnsafeMutablePointer(to: &counts) { counts in
          kernels.statisticsF32(
            chunk, count, UnsafeMutableRawPointer(sums).assumingMemoryBound(to: Double.self),
            UnsafeMutableRawPointer(range).assumingMemoryBound(to: Float.self),
            UnsafeMutableRawPointer(counts).assumingMemoryBound(to: Int.self))
        }
      }
    }
    self.count = count
    (sum, sumOfSquares) = sums
    (least, greatest) = (Double(range.0), Double(range.1))
    (nanCount, infinityCount, zeroCount) = counts
  }

  /// The specification: the statistics of at most 4096 numbers.
  init(count: Int, element: (Int) -> Double) {
    self.count = count
    var lanes = [Double](repeating: 0, count: 8)
    var squares = lanes
    for i in 0..<count {
      let value = element(i)
      if value.isNaN { nanCount += 1 }
      if value.isInfinite { infinityCount += 1 }
      guard value.isFinite else { continue }
      if value == 0 { zeroCount += 1 }
      lanes[i % 8] += value
      squares[i % 8] += value * value
      least = min(least, value == 0 ? 0 : value)
      greatest = max(greatest, value == 0 ? 0 : value)
    }
    sum = ValueStatistics.folded(lanes)
    sumOfSquares = ValueStatistics.folded(squares)
  }

  private static func folded(_ lanes: [Double]) -> Double {
    ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6]))
      + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))
  }
}
