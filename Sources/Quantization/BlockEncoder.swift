internal import Kernels
internal import Tensors

/// Runs a codec's encoding kernel over rows, and finds out what it could not hold.
struct BlockEncoder<Codec: BlockCodec> {
  let codec: Codec.Type
  let columns: Int
  let importance: UnsafeBufferPointer<Float>?
  /// Nil for types without a fast path, which the reference encodes.
  let kernel: BlockKernel?

  /// Elements that are widened to f32 at a time, so that they stay in the cache.
  static var batchElements: Int { 16_384 }

  private var elements: Int { Codec.type.blockElements }
  private var rowBytes: Int { columns / elements * Codec.type.blockBytes }

  /// Encodes rows of a type that the kernel `encoding` reads.
  func encode(
    _ rows: UnsafeRawBufferPointer, _ scalar: ScalarType, _ widening: ScalarConversion,
    _ rowCount: Int, into blocks: UnsafeMutableRawBufferPointer, _ encoding: BlockKernel.Encoding
  ) -> EncodeOutcome {
    var outcome = EncodeOutcome()
    guard rowCount > 0, let source = rows.baseAddress, let target = blocks.baseAddress else {
      return outcome
    }
    let weights = importance.flatMap { UnsafeRawPointer($0.baseAddress) }
    let bad = encoding(source, weights, columns, rowCount, target, Codec.tables)
    let blockElements = elements
    let blockBits = blockElements * scalar.bits
    withUnsafeTemporaryAllocation(of: Float.self, capacity: blockElements) { buffer in
      /// The weights of a block as f32.
      func widened(_ block: Int) -> UnsafeBufferPointer<Float> {
        let bytes = UnsafeRawBufferPointer(
          rebasing: rows[block * blockBits / 8..<(block + 1) * blockBits / 8])
        _ = widening.run(
          bytes, into: UnsafeMutableRawBufferPointer(buffer), count: blockElements)
        return UnsafeBufferPointer(buffer)
      }
      let held = bad < 0 ? rowCount * columns / blockElements : bad
      var block = Codec.nextZeroScale(target, from: 0, count: held)
      while block < held {
        outcome.underflows += widened(block).reduce(0) { $0 + ($1 == 0 ? 0 : 1) }
        block = Codec.nextZeroScale(target, from: block + 1, count: held)
      }
      guard bad >= 0 else { return }
      outcome.firstUnrepresentable = bad * blockElements + Codec.offender(in: widened(bad))
    }
    return outcome
  }

  /// Encodes rows of another type, a few at a time as f32.
  func encodeWidened(
    _ rows: UnsafeRawBufferPointer, _ scalar: ScalarType, _ widening: ScalarConversion,
    _ rowCount: Int, into blocks: UnsafeMutableRawBufferPointer
  ) -> EncodeOutcome {
    var outcome = EncodeOutcome()
    let batch = min(rowCount, max(1, Self.batchElements / columns))
    let rowBits = columns * scalar.bits
    guard let same = ScalarConversion(from: .f32, to: .f32) else { return outcome }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: batch * columns) { buffer in
      var row = 0
      while row < rowCount, outcome.firstUnrepresentable == nil {
        let count = min(batch, rowCount - row)
        let source = UnsafeRawBufferPointer(
          rebasing: rows[row * rowBits / 8..<(row + count) * rowBits / 8])
        let wide = UnsafeMutableRawBufferPointer(buffer)
        let lost = widening.run(source, into: wide, count: count * columns).firstUnrepresentable
        let target = UnsafeMutableRawBufferPointer(
          rebasing: blocks[row * rowBytes..<(row + count) * rowBytes])
        let part = encodeF32(
          UnsafeRawBufferPointer(wide), lost.map { $0 / columns } ?? count, same, into: target)
        outcome.underflows += part.underflows
        outcome.firstUnrepresentable = (part.firstUnrepresentable ?? lost).map {
          row * columns + $0
        }
        row += count
      }
    }
    return outcome
  }

  private func encodeF32(
    _ values: UnsafeRawBufferPointer, _ rowCount: Int, _ same: ScalarConversion,
    into blocks: UnsafeMutableRawBufferPointer
  ) -> EncodeOutcome {
    if let encoding = kernel?.encode {
      return encode(values, .f32, same, rowCount, into: blocks, encoding)
    }
    return values.withMemoryRebound(to: Float.self) { floats in
      Codec.encodeReference(
        UnsafeBufferPointer(rebasing: floats[0..<rowCount * columns]), columns: columns,
        importance: importance, into: blocks)
    }
  }
}
