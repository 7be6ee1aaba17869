import Quantization
import Tensors

/// The bytes of f32 values.
func packed(_ values: [Float]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

/// The blocks of a row, and the element that cannot be held.
func encodeReference(
  _ values: [Float], _ codec: any BlockCodec.Type = Q8_0Codec.self, _ type: QuantType = .q8_0
) -> ([UInt8], Int?) {
  var blocks = [UInt8](repeating: 0, count: values.count / type.blockElements * type.blockBytes)
  let bad = blocks.withUnsafeMutableBytes { blocks in
    values.withUnsafeBufferPointer {
      codec.encodeReference($0, columns: values.count, importance: nil, into: blocks)
    }
  }
  return (blocks, bad)
}

/// The same by the fast path, from any scalar type.
func encode(
  _ row: [UInt8], _ scalar: ScalarType, _ count: Int, columns: Int? = nil,
  _ codec: any BlockCodec.Type = Q8_0Codec.self, _ type: QuantType = .q8_0
) -> ([UInt8], Int?) {
  var blocks = [UInt8](repeating: 0, count: count / type.blockElements * type.blockBytes)
  let bad = blocks.withUnsafeMutableBytes { blocks in
    row.withUnsafeBytes {
      codec.encode(
        $0, of: scalar, elementCount: count, columns: columns ?? count, importance: nil,
        into: blocks)
    }
  }
  return (blocks, bad)
}

func decodeReference(
  _ blocks: [UInt8], _ codec: any BlockCodec.Type = Q8_0Codec.self, _ type: QuantType = .q8_0
) -> [Float] {
  var values = [Float](repeating: 0, count: blocks.count / type.blockBytes * type.blockElements)
  values.withUnsafeMutableBufferPointer { values in
    blocks.withUnsafeBytes { codec.decodeReference($0, into: values) }
  }
  return values
}

func decode(
  _ blocks: [UInt8], _ codec: any BlockCodec.Type = Q8_0Codec.self, _ type: QuantType = .q8_0
) -> [Float] {
  var values = [Float](repeating: 0, count: blocks.count / type.blockBytes * type.blockElements)
  values.withUnsafeMutableBufferPointer { values in
    blocks.withUnsafeBytes { codec.decode($0, into: values) }
  }
  return values
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
