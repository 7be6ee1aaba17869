import Kernels
import Quantization
import Tensors
import Testing

/// What every codec owes, tried on all types that have one.
struct BlockCodecConformanceTests {
  static let types = QuantType.all.filter { $0.codec != nil }
  static let encoded = QuantType.all.filter(\.isEncoded)

  @Test func everyTypeHasACodec() { #expect(Self.types == QuantType.all) }

  @Test(arguments: types) func codecIsThatOfTheType(_ type: QuantType) throws {
    let codec = try Codec(type).codec
    #expect(codec.type == type)
    for kernels in KernelTable.available {
      let kernel = try #require(kernels.blocks[type.name], "level \(kernels.level)")
      #expect((kernel.encode != nil) == type.isEncoded)
    }
  }

  /// An importance vector, if the type cannot do without.
  static func importance(_ type: QuantType, columns: Int) -> [Float]? {
    type.codec?.importance == .needed ? vector(columns) : nil
  }

  /// Positive weights of columns over three decades, some of them zero.
  static func vector(_ columns: Int) -> [Float] {
    var random = SplitMix(state: 99)
    return (0..<columns).map { _ in
      let bits = random.next()
      let value = Float(UInt16(truncatingIfNeeded: bits)) / 65_536
      return bits >> 60 == 0 ? 0 : value * value * 4 + 0.001
    }
  }

  @Test(arguments: encoded) func errorsStayInTheBudget(_ type: QuantType) throws {
    let codec = try Codec(type)
    let elements = type.blockElements
    var worst = 0.0
    for part in 0..<8 {
      let count = 125_000 * 32 / elements
      let values = HardBlocks.blocks(count, of: elements, seed: UInt64(part))
      let (blocks, outcome) = codec.encode(
        packed(values), columns: elements * count,
        importance: Self.importance(type, columns: elements * count))
      try #require(outcome.firstUnrepresentable == nil)
      worst = max(
        worst,
        HardBlocks.worst(values, codec.decode(blocks), elements) { greatest in
          codec.codec.errorBudget * greatest + codec.codec.underflowError
        })
    }
    #expect(worst <= 1)
    // A budget that is far too wide proves nothing.
    #expect(worst > 0.4)
  }

  @Test(arguments: encoded, [false, true]) func fastPathsEqualTheReference(
    _ type: QuantType, _ isWeighted: Bool
  ) throws {
    let codec = try Codec(type)
    let use = codec.codec.importance
    guard isWeighted ? use != .ignored : use != .needed else { return }
    let count = 64_000 / type.blockElements / 10 * 10
    var values = HardBlocks.blocks(count, of: type.blockElements, seed: 77)
    // Subnormal, tiny and large magnitudes as well.
    for i in values.indices where i / type.blockElements % 7 == 0 {
      values[i] *= [0x1p-100, 0x1p-120, 0x1p-126, 0x1p4][i / type.blockElements % 4]
    }
    // Groups within a block that differ by decades.
    var random = SplitMix(state: 8)
    for start in stride(from: 0, to: values.count, by: 16)
    where start / type.blockElements % 5 == 3 {
      let factor = Float(sign: .plus, exponent: -Int(random.next() % 16), significand: 1)
      for i in start..<min(start + 16, values.count) { values[i] *= factor }
    }
    // Rows of one, of a few and of many blocks.
    for blocks in [1, 5, count] {
      let columns = blocks * type.blockElements
      let importance = isWeighted ? Self.vector(columns) : nil
      let (reference, outcome) = codec.encodeReference(
        values, columns: columns, importance: importance)
      try #require(outcome.firstUnrepresentable == nil)
      for kernels in KernelTable.available {
        let (fast, result) = codec.encode(
          packed(values), columns: columns, importance: importance, kernels: kernels)
        let isSame = fast == reference
        #expect(isSame && result == outcome, "level \(kernels.level), \(blocks) blocks in a row")
      }
    }
  }

  @Test(arguments: types) func decodingEqualsTheReference(_ type: QuantType) throws {
    let codec = try Codec(type)
    // Any bytes decode to the same as the reference, NaN apart.
    var random = SplitMix(state: 4)
    let noise = (0..<type.blockBytes * 2000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let expected = codec.decodeReference(noise)
    for kernels in KernelTable.available {
      let isSame = zip(codec.decode(noise, kernels: kernels), expected).allSatisfy {
        $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN
      }
      #expect(isSame, "level \(kernels.level)")
    }
  }

  @Test(arguments: encoded, [ScalarType.bf16, .f16, .f64, .f8e4m3, .i8])
  func otherSourcesGiveTheSameBytes(
    _ type: QuantType, _ scalar: ScalarType
  ) throws {
    let codec = try Codec(type)
    let encoder = try #require(ScalarCodec(scalar))
    let columns = type.blockElements * 4
    var rows: [UInt8] = []
    var values: [Float] = []
    for value in HardBlocks.blocks(16, of: type.blockElements, seed: 5) {
      let code = encoder.encode(ScalarValue(Double(min(100, max(-100, value * 50))))).bits
      values.append(encoder.float(code))
      for j in 0..<scalar.bits / 8 { rows.append(UInt8(truncatingIfNeeded: code >> UInt64(8 * j))) }
    }
    let importance = Self.importance(type, columns: columns)
    let expected = codec.encodeReference(values, columns: columns, importance: importance)
    #expect(expected.1.firstUnrepresentable == nil)
    for kernels in KernelTable.available {
      let result = codec.encode(
        rows, scalar, columns: columns, importance: importance, kernels: kernels)
      #expect(result == expected, "level \(kernels.level)")
    }
  }

  @Test(arguments: encoded) func valuesThatCannotBeHeldAreFound(_ type: QuantType) throws {
    let codec = try Codec(type)
    let count = type.blockElements * 8
    let columns = type.blockElements * 2
    let importance = Self.importance(type, columns: columns)
    for bad: Float in [.nan, -.nan, .infinity, -.infinity, .signalingNaN] {
      for place in [0, 1, type.blockElements - 1, type.blockElements, count - 1] {
        var values = (0..<count).map { Float($0 % 13) }
        values[place] = bad
        values[count - 1] = bad
        let reference = codec.encodeReference(values, columns: columns, importance: importance).1
        #expect(reference.firstUnrepresentable == place)
        let upper = values.flatMap { value in
          [
            UInt8(truncatingIfNeeded: value.bitPattern >> 16 | (value.isNaN ? 1 : 0)),
            UInt8(value.bitPattern >> 24),
          ]
        }
        let double = values.flatMap { value in
          (0..<8).map { UInt8(truncatingIfNeeded: Double(value).bitPattern >> UInt64(8 * $0)) }
        }
        for kernels in KernelTable.available {
          for (rows, scalar) in [(packed(values), ScalarType.f32), (upper, .bf16), (double, .f64)] {
            let outcome = codec.encode(
              rows, scalar, columns: columns, importance: importance, kernels: kernels
            ).1
            #expect(outcome.firstUnrepresentable == place, "\(scalar), level \(kernels.level)")
          }
        }
      }
    }
  }

  /// Values so great that ggml stops, writes an infinite scale or zeros: none may pass as if it were
  /// held.
  @Test(arguments: encoded, [Float](arrayLiteral: 1e6, 1e9, 1e12, 1e16, 1e20, 1e30, 3e38))
  func greatValuesAreHeldOrFound(_ type: QuantType, _ greatest: Float) throws {
    let codec = try Codec(type)
    let columns = type.blockElements * 4
    var values = HardBlocks.blocks(4, of: type.blockElements, seed: 3)
    for block in 0..<4 {
      let range = block * type.blockElements..<(block + 1) * type.blockElements
      let top = values[range].map(\.magnitude).max() ?? 1
      for j in range { values[j] = top == 0 ? 0 : values[j] / top * greatest }
    }
    for importance in [nil, Self.vector(columns)] {
      if importance == nil, codec.codec.importance == .needed { continue }
      let (expected, reference) = codec.encodeReference(
        values, columns: columns, importance: importance)
      for kernels in KernelTable.available {
        let (blocks, outcome) = codec.encode(
          packed(values), columns: columns, importance: importance, kernels: kernels)
        #expect(outcome.firstUnrepresentable == reference.firstUnrepresentable)
        guard outcome.firstUnrepresentable == nil else { continue }
        #expect(blocks == expected && outcome == reference)
        let decoded = codec.decode(blocks)
        let isFinite = decoded.allSatisfy { $0.isFinite }
        #expect(isFinite)
        // Not lost: something of the greatest is left in every block that has it.
        for block in 0..<4 {
          let range = block * type.blockElements..<(block + 1) * type.blockElements
          guard values[range].contains(where: { $0 != 0 }) else { continue }
          #expect(decoded[range].contains { $0 != 0 }, "level \(kernels.level), block \(block)")
        }
      }
    }
  }

  @Test(arguments: types) func packIsTheReverseOfUnpack(_ type: QuantType) throws {
    let codec = try Codec(type).codec
    var random = SplitMix(state: 21)
    for _ in 0..<200 {
      var parts = codec.parts
      for kind in BlockParts.Kind.allCases {
        guard let field = codec.layout[kind] else { continue }
        for index in parts[kind].indices {
          repeat {
            parts[kind][index] = Int.random(in: field.range, using: &random)
          } while field.holes.contains(parts[kind][index])
        }
      }
      var block = [UInt8](repeating: 0xff, count: type.blockBytes)
      try block.withUnsafeMutableBytes { try codec.pack(parts, into: $0) }
      var back = codec.parts
      block.withUnsafeBytes { codec.unpack($0, into: &back) }
      #expect(back == parts)
      for kind in BlockParts.Kind.allCases {
        guard let field = codec.layout[kind] else { continue }
        for wrong in [field.range.lowerBound - 1, field.range.upperBound + 1] {
          var broken = parts
          broken[kind][field.count - 1] = wrong
          #expect(throws: QuantizationError.self) {
            try block.withUnsafeMutableBytes { try codec.pack(broken, into: $0) }
          }
        }
      }
    }
  }

  @Test func scalesThatOverflowAreFound() throws {
    // 65520 * 127 is the least magnitude whose scale rounds past f16.
    let codec = try Codec(.q8_0)
    var values = [Float](repeating: 1e6, count: 64)
    values[40] = Float(65520 * 127).nextDown
    #expect(codec.encode(packed(values)).1 == EncodeOutcome())
    #expect(codec.encodeReference(values).1 == EncodeOutcome())
    values[40] = Float(65520 * 127)
    values[50] = 1e30
    // The block is refused because of its greatest element.
    #expect(codec.encode(packed(values)).1.firstUnrepresentable == 50)
    #expect(codec.encodeReference(values).1.firstUnrepresentable == 50)
  }

  @Test func underflowsAreCounted() throws {
    let codec = try Codec(.q8_0)
    var values = [Float](repeating: 0, count: 96)
    for j in 0..<10 { values[j] = 1e-9 }
    values[40] = 1
    values[70] = -1e-20
    #expect(codec.encode(packed(values)).1 == EncodeOutcome(underflows: 11))
    #expect(codec.encodeReference(values).1 == EncodeOutcome(underflows: 11))
  }
}
