public import Kernels

/// Converts elements of one scalar type to another, each rounded at most once.
///
/// The bits are those of `ScalarCodec`; this finds the fastest way to them.
public struct ScalarConversion: Sendable {
  /// The type of the source.
  public let source: ScalarType
  /// The type of the target.
  public let target: ScalarType
  private let path: Path

  enum Path: Sendable {
    /// Same type: bytes are copied.
    case copy
    /// One kernel for the pair.
    case direct(Kernel)
    /// Through exact f32, or f64 rounded to odd, in blocks.
    case throughF32(Kernel, Kernel)
    /// Element by element.
    case scalar(ScalarCodec, ScalarCodec)
  }

  /// The way from one type to another; nil between complex types and others.
  public init?(from source: ScalarType, to target: ScalarType, kernels: KernelTable = .current) {
    self.source = source
    self.target = target
    if source == target {
      path = .copy
    } else if let kernel = kernels.direct(source, target) {
      path = .direct(kernel)
    } else if let first = kernels.toF32(source), let second = kernels.direct(.f32, target) {
      path = .throughF32(first, second)
    } else if let from = ScalarCodec(source), let to = ScalarCodec(target) {
      path = .scalar(from, to)
    } else {
      return nil
    }
  }

  /// Whether no value changes: true if the target type holds every value of the source type.
  public var isExact: Bool { target.holdsExactly(source) }

  /// Elements of a multiple of which any number starts and ends at whole bytes in both types: where
  /// a tensor may be cut into tiles.
  public var granularity: Int {
    [source.bits, target.bits].reduce(1) { max($0, $1 % 8 == 0 ? 1 : $1 % 4 == 0 ? 2 : 4) }
  }

  /// Converts `count` elements; source and target may not overlap.
  ///
  /// Elements of less than 8 bits are packed without gaps, the first in the lowest bits.
  /// - Parameter saturate: clamps what overflows to the greatest finite value of its sign.
  public func run(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, count: Int,
    saturate: Bool = false
  ) -> ConversionOutcome {
    precondition(
      count >= 0 && input.count >= (count * source.bits + 7) / 8
        && output.count >= (count * target.bits + 7) / 8, "buffers hold the elements")
    guard count > 0, let from = input.baseAddress, let to = output.baseAddress else {
      return ConversionOutcome()
    }
    switch path {
    case .copy:
      to.copyMemory(from: from, byteCount: (count * source.bits + 7) / 8)
      return ConversionOutcome()
    case .direct(let kernel):
      return kernel.run(from, to, count, saturate)
    case .throughF32(let first, let second):
      return runBlocks(first, second, from, to, count, saturate)
    case .scalar(let decoder, let encoder):
      return ScalarConversion.runScalar(decoder, encoder, from, to, count, saturate)
    }
  }

  private static let blockElements = 1024

  private func runBlocks(
    _ first: Kernel, _ second: Kernel, _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer,
    _ count: Int, _ saturate: Bool
  ) -> ConversionOutcome {
    let block = ScalarConversion.blockElements
    return withUnsafeTemporaryAllocation(byteCount: 4 * block, alignment: 64) { buffer in
      var outcome = ConversionOutcome()
      guard let floats = buffer.baseAddress else { return outcome }
      for start in stride(from: 0, to: count, by: block) {
        let part = min(block, count - start)
        _ = first.run(from + start / 8 * source.bits, floats, part, false)
        let result = second.run(
          UnsafeRawPointer(floats), to + start / 8 * target.bits, part, saturate)
        outcome.append(result, at: start)
        if outcome.firstUnrepresentable != nil { return outcome }
      }
      return outcome
    }
  }

  /// The specification at work: what every other path must equal.
  static func runScalar(
    _ decoder: ScalarCodec, _ encoder: ScalarCodec, _ from: UnsafeRawPointer,
    _ to: UnsafeMutableRawPointer, _ count: Int, _ saturate: Bool
  ) -> ConversionOutcome {
    var outcome = ConversionOutcome()
    let reader = PackedBits(bits: decoder.type.bits)
    let writer = PackedBits(bits: encoder.type.bits)
    for i in 0..<count {
      let bits = reader.load(from, i)
      let code = encoder.convert(bits, from: decoder)
      if !code.isRepresentable {
        if case .nan = decoder.decode(bits) {
          outcome.firstUnrepresentable = i
          return outcome
        }
        if !saturate {
          outcome.firstUnrepresentable = i
          return outcome
        }
        outcome.clamped += 1
      }
      outcome.underflows += code.isUnderflow ? 1 : 0
      writer.store(code.bits, to, i)
    }
    return outcome
  }
}
