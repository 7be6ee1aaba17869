import Kernels
import Quantization
import Tensors
import Testing

/// The bytes of f32 values.
func packed(_ values: [Float]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

/// The codec of a type, for tests.
struct Codec: Sendable {
  let type: QuantType
  let codec: any BlockCodec.Type

  init(_ type: QuantType) throws {
    self.type = type
    codec = try #require(type.codec)
  }

  /// Room for the blocks of values.
  private func room(_ count: Int) -> [UInt8] {
    [UInt8](repeating: 0xa5, count: count / type.blockElements * type.blockBytes)
  }

  /// Blocks by the specification.
  func encodeReference(
    _ values: [Float], columns: Int? = nil, importance: [Float]? = nil
  ) -> ([UInt8], EncodeOutcome) {
    var blocks = room(values.count)
    let outcome = blocks.withUnsafeMutableBytes { blocks in
      values.withUnsafeBufferPointer { values in
        optional(importance) {
          codec.encodeReference(
            values, columns: columns ?? values.count, importance: $0, into: blocks)
        }
      }
    }
    return (blocks, outcome)
  }

  /// Blocks by the fast path of a level, from any scalar type.
  func encode(
    _ rows: [UInt8], _ scalar: ScalarType = .f32, columns: Int? = nil, importance: [Float]? = nil,
    kernels: KernelTable = .current
  ) -> ([UInt8], EncodeOutcome) {
    let count = rows.count * 8 / scalar.bits
    var blocks = room(count)
    let outcome = blocks.withUnsafeMutableBytes { blocks in
      rows.withUnsafeBytes { rows in
        optional(importance) {
          codec.encode(
            rows, of: scalar, elementCount: count, columns: columns ?? count, importance: $0,
            into: blocks, kernels: kernels)
        }
      }
    }
    return (blocks, outcome)
  }

  /// Values by the specification.
  func decodeReference(_ blocks: [UInt8]) -> [Float] {
    var values = [Float](repeating: 1, count: blocks.count / type.blockBytes * type.blockElements)
    values.withUnsafeMutableBufferPointer { values in
      blocks.withUnsafeBytes { codec.decodeReference($0, into: values) }
    }
    return values
  }

  /// Values by the fast path of a level.
  func decode(_ blocks: [UInt8], kernels: KernelTable = .current) -> [Float] {
    var values = [Float](repeating: 1, count: blocks.count / type.blockBytes * type.blockElements)
    values.withUnsafeMutableBufferPointer { values in
      blocks.withUnsafeBytes { codec.decode($0, into: values, kernels: kernels) }
    }
    return values
  }

  private func optional<Result>(
    _ values: [Float]?, _ body: (UnsafeBufferPointer<Float>?) -> Result
  ) -> Result {
    guard let values else { return body(nil) }
    return values.withUnsafeBufferPointer { body($0) }
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
