import Quantization
import Tensors
import Testing

/// What every codec owes, tried on all types that have one.
struct BlockCodecConformanceTests {
  static let types = QuantType.all.filter { $0.codec != nil }

  @Test func someTypesHaveACodec() { #expect(!Self.types.isEmpty) }

  /// Blocks of random weights over all magnitudes, and of shapes that are hard to code.
  static func blocks(_ count: Int, of elements: Int, seed: UInt64) -> [Float] {
    var random = SplitMix(state: seed)
    let pool = (0..<65_536).map { _ -> Float in
      let bits = random.next()
      let sum = (0..<4).reduce(0.0) { $0 + Double(Int16(truncatingIfNeeded: bits >> (16 * $1))) }
      return Float(sum / 65_536)
    }
    var values = [Float](repeating: 0, count: count * elements)
    values.withUnsafeMutableBufferPointer { values in
      pool.withUnsafeBufferPointer { pool in
        for block in 0..<count {
          let bits = random.next()
          let scale = Float(sign: .plus, exponent: Int(bits % 36) - 24, significand: 1)
          let shift = Int(bits >> 40)
          let shape = (bits >> 8) % 16
          var j = 0
          while j < elements {
            var value = pool[(shift + j) & 65_535]
            switch shape {
            case 0: value = value < 0 ? -1 : 1
            case 1: value = j == shift % elements ? 1 : value / 4096
            case 2: value = (Float(j) + 0.5) / 127
            case 3: value = j % 2 == 0 ? 1 : -1.0 / 254
            case 4: value = abs(value)
            case 5: value = 0
            default: break
            }
            values[block * elements + j] = value * scale
            j += 1
          }
        }
      }
    }
    return values
  }

  @Test(arguments: types) func errorsStayInTheBudget(_ type: QuantType) throws {
    let codec = try #require(type.codec)
    let elements = type.blockElements
    for part in 0..<8 {
      let values = Self.blocks(125_000 * 32 / elements, of: elements, seed: UInt64(part))
      let (blocks, bad) = encode(packed(values), .f32, values.count, codec, type)
      #expect(bad == nil)
      let decoded = decode(blocks, codec, type)
      var worst = 0.0
      values.withUnsafeBufferPointer { values in
        decoded.withUnsafeBufferPointer { decoded in
          var start = 0
          while start < values.count {
            var greatest: Float = 0
            var error: Float = 0
            var j = start
            while j < start + elements {
              greatest = max(greatest, values[j].magnitude)
              error = max(error, (values[j] - decoded[j]).magnitude)
              j += 1
            }
            // Share of the budget that this block uses.
            worst = max(
              worst,
              Double(error) / (codec.errorBudget * Double(greatest) + codec.underflowError))
            start += elements
          }
        }
      }
      #expect(worst <= 1)
      // A budget that is far too wide proves nothing.
      #expect(worst > 0.8)
    }
  }

  @Test(arguments: types) func fastPathsEqualTheReference(_ type: QuantType) throws {
    let codec = try #require(type.codec)
    var values = Self.blocks(4000, of: type.blockElements, seed: 77)
    // Subnormal, tiny and large magnitudes as well.
    for i in values.indices where i / type.blockElements % 7 == 0 {
      values[i] *= [0x1p-100, 0x1p-120, 0x1p-126, 0x1p10][i / type.blockElements % 4]
    }
    let (reference, none) = encodeReference(values, codec, type)
    let (fast, bad) = encode(packed(values), .f32, values.count, codec, type)
    #expect(none == nil && bad == nil)
    #expect(fast == reference)
    #expect(
      decode(fast, codec, type).map(\.bitPattern)
        == decodeReference(fast, codec, type).map(\.bitPattern))
    // Any bytes decode to the same as the reference, NaN apart.
    var random = SplitMix(state: 4)
    let noise = (0..<type.blockBytes * 2000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let (a, b) = (decode(noise, codec, type), decodeReference(noise, codec, type))
    #expect(zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN })
  }

  @Test(arguments: types, [ScalarType.bf16, .f16, .f64, .f8e4m3, .i8])
  func otherSourcesGiveTheSameBytes(
    _ type: QuantType, _ scalar: ScalarType
  ) throws {
    let codec = try #require(type.codec)
    let encoder = try #require(ScalarCodec(scalar))
    let columns = type.blockElements * 4
    var row: [UInt8] = []
    var values: [Float] = []
    for value in Self.blocks(16, of: type.blockElements, seed: 5) {
      let code = encoder.encode(ScalarValue(Double(min(100, max(-100, value * 50))))).bits
      values.append(encoder.float(code))
      for j in 0..<scalar.bits / 8 { row.append(UInt8(truncatingIfNeeded: code >> UInt64(8 * j))) }
    }
    let expected = encodeReference(values, codec, type)
    let result = encode(row, scalar, values.count, columns: columns, codec, type)
    #expect(result.0 == expected.0 && result.1 == nil && expected.1 == nil)
  }

  @Test(arguments: types) func valuesThatCannotBeHeldAreFound(_ type: QuantType) throws {
    let codec = try #require(type.codec)
    let count = type.blockElements * 64
    for bad: Float in [.nan, -.nan, .infinity, -.infinity, .signalingNaN] {
      for place in [0, 1, type.blockElements - 1, type.blockElements, count - 1] {
        var values = (0..<count).map { Float($0 % 13) }
        values[place] = bad
        values[count - 1] = bad
        #expect(encodeReference(values, codec, type).1 == place)
        #expect(encode(packed(values), .f32, count, codec, type).1 == place)
        let upper = values.flatMap { value in
          [
            UInt8(truncatingIfNeeded: value.bitPattern >> 16 | (value.isNaN ? 1 : 0)),
            UInt8(value.bitPattern >> 24),
          ]
        }
        #expect(
          encode(upper, .bf16, count, columns: type.blockElements * 2, codec, type).1 == place)
        let double = values.flatMap { value in
          (0..<8).map { UInt8(truncatingIfNeeded: Double(value).bitPattern >> UInt64(8 * $0)) }
        }
        #expect(
          encode(double, .f64, count, columns: type.blockElements * 2, codec, type).1 == place)
      }
    }
  }

  @Test func scalesThatOverflowAreFound() {
    // 65520 * 127 is the least magnitude whose scale rounds past f16.
    var values = [Float](repeating: 1e6, count: 64)
    values[40] = Float(65520 * 127).nextDown
    #expect(encode(packed(values), .f32, 64).1 == nil)
    #expect(encodeReference(values).1 == nil)
    values[40] = Float(65520 * 127)
    values[50] = 1e30
    #expect(encode(packed(values), .f32, 64).1 == 40)
    #expect(encodeReference(values).1 == 40)
  }
}
