import Kernels
import Tensors
import Testing

/// Every conversion on every CPU level against the specification.
struct ScalarConversionTests {
  static let small = ScalarType.all.filter { $0.bits <= 16 && $0.kind != .complex }
  static let narrow = ScalarType.all.filter { $0.bits <= 16 && $0.kind == .float }

  /// Checks one list of elements on every level, with and without saturation.
  func check(_ elements: [UInt64], from: ScalarType, to: ScalarType) throws {
    let (clamped, unrepresentable) = try #require(expected(elements, from: from, to: to))
    let bytes = packed(elements, from)
    let decoder = try #require(ScalarCodec(from))
    let encoder = try #require(ScalarCodec(to))
    let nan = ScalarValue.nan(negative: false, fraction: 1 << 51)
    let refused =
      encoder.encode(nan).isRepresentable
      ? nil
      : unrepresentable.first {
        if case .nan = decoder.decode(elements[$0]) { true } else { false }
      }
    let outside = Set(unrepresentable)
    let kept = elements.indices.filter { !outside.contains($0) }.map { elements[$0] }
    let (plain, none) = try #require(expected(kept, from: from, to: to))
    #expect(none.isEmpty)
    for kernels in KernelTable.available {
      let result = convert(bytes, elements.count, from: from, to: to, kernels, saturate: true)
      // Compared outside the macro, which would describe every element.
      let sameClamped = refused != nil || result == clamped
      let samePlain = convert(packed(kept, from), kept.count, from: from, to: to, kernels) == plain
      #expect(sameClamped && samePlain, "\(from) to \(to), level \(kernels.level)")
      #expect(result?.outcome.firstUnrepresentable == refused)
      let first = convert(bytes, elements.count, from: from, to: to, kernels)
      #expect(first?.outcome.firstUnrepresentable == unrepresentable.first)
    }
  }

  @Test(arguments: small) func everyCodeToEveryType(_ source: ScalarType) throws {
    let codes = (0..<(UInt64(1) << UInt64(source.bits))).map { $0 }
    let targets: [ScalarType] =
      source.bits <= 8
      ? ScalarType.all.filter { $0.kind != .complex && $0 != source }
      : [.f64, .f32, .f16, .bf16, .f8e4m3, .f8e5m2, .f8e4m3fnuz, .f8e5m2fnuz].filter {
        $0 != source
      }
    for target in targets { try check(codes, from: source, to: target) }
  }

  /// Every value of the target, the midpoints to its neighbours, and the f32 next to each.
  @Test(arguments: narrow) func boundaries(_ target: ScalarType) throws {
    let codec = try #require(ScalarCodec(target))
    let format = try #require(target.format)
    var elements: [UInt64] = [0x7f80_0000, 0xff80_0000, 0x7f7f_ffff, 0xff7f_ffff, 1, 0x8000_0001]
    elements += [0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xffff_ffff, 0x7fa5_5a5a].map {
      $0 as UInt64
    }
    var previous: Double = 0
    for code in 0...format.greatestCode {
      let value = codec.double(code)
      let points = [value, (value + previous) / 2]
      previous = value
      for point in points {
        let bits = UInt64(Float(point).bitPattern)
        for near in [bits &- 1, bits, bits + 1] where near < 0x7f80_0000 {
          elements.append(near)
          if code % 5 == 0 || target.bits <= 8 { elements.append(near | 0x8000_0000) }
        }
      }
    }
    let tie = codec.double(format.greatestCode) * 2 - codec.double(format.greatestCode - 1)
    let overflow = UInt64(Float((tie + previous) / 2).bitPattern)
    elements += [overflow - 1, overflow, overflow + 1]
    try check(elements, from: .f32, to: target)
  }

  @Test(arguments: narrow) func randomBits(_ target: ScalarType) throws {
    var random = SplitMix(state: UInt64(target.bits) &+ 99)
    let codec = try #require(ScalarCodec(target))
    let format = try #require(target.format)
    let least = Int(Float(codec.double(1)).exponentBitPattern)
    let greatest = Int(Float(codec.double(format.greatestCode)).exponentBitPattern)
    let elements = (0..<200_000).map { i -> UInt64 in
      let bits = random.next()
      if i % 2 == 0 { return bits & 0xffff_ffff }
      let exponent = UInt64(max(0, least - 2 + Int(bits >> 32) % (greatest - least + 3)))
      return bits & 0x807f_ffff | exponent << 23
    }
    try check(elements, from: .f32, to: target)
  }

  @Test(arguments: ScalarType.all.filter { $0.kind != .complex && $0 != .f64 })
  func doublesRoundOnce(_ target: ScalarType) throws {
    var random = SplitMix(state: 5)
    let codec = try #require(ScalarCodec(target))
    var elements: [UInt64] = []
    for i in 0..<20_000 {
      let bits = random.next()
      // A value of the target or a midpoint, moved by nothing, one f64 step, or less than an f32 shows.
      let code = bits & (.max >> UInt64(64 - min(target.bits, 31)))
      let value = codec.double(code)
      let next = codec.double(code ^ 1)
      let point = i % 2 == 0 ? value : (value + next) / 2
      switch i % 4 {
      case 0: elements.append(point.nextUp.bitPattern)
      case 1: elements.append(point.bitPattern)
      case 2: elements.append((point * (1 - 0x1p-45)).bitPattern)
      default: elements.append((point * (1 + 0x1p-40)).bitPattern)
      }
      elements.append(bits)
      elements.append(bits & 0x803f_ffff_ffff_ffff | 0x3f80_0000_0000_0000)
    }
    elements = elements.map { Double(bitPattern: $0).isNaN && target.format == nil ? 0 : $0 }
    try check(elements, from: .f64, to: target)
  }

  @Test(arguments: [ScalarType.i64, .u64, .i32, .u32]) func wideIntegers(_ source: ScalarType)
    throws
  {
    var random = SplitMix(state: 3)
    let mask: UInt64 = .max >> UInt64(64 - source.bits)
    let elements = (0..<3000).map { _ in (random.next() >> (random.next() % 64)) & mask }
    for target in ScalarType.all where target.kind != .complex && target != source {
      try check(elements, from: source, to: target)
      if target.bits >= 32 {
        try check(
          elements.map { $0 & 0x7fff_ffff }, from: target == .f64 ? .f32 : .i32,
          to: source == .i32 ? .u32 : source)
      }
    }
  }

  @Test func placesAreFoundInEveryPosition() throws {
    for kernels in KernelTable.available {
      for place in [0, 1, 15, 16, 1023, 1024, 1025, 2047, 4999] {
        var values = [Float](repeating: 1e-3, count: 5000)
        values[place] = -1e6
        values[4999] = 65520
        let bytes = packed(values.map { UInt64($0.bitPattern) }, .f32)
        let result = convert(bytes, 5000, from: .f32, to: .f16, kernels)
        #expect(result?.outcome.firstUnrepresentable == place)
        let clamped = convert(bytes, 5000, from: .f32, to: .f16, kernels, saturate: true)
        #expect(clamped?.outcome.clamped == (place == 4999 ? 1 : 2))
        #expect(clamped?.outcome.firstUnrepresentable == nil)
        let double = packed(values.map { UInt64(Double($0).bitPattern) }, .f64)
        #expect(convert(double, 5000, from: .f64, to: .f16, kernels) == result)
      }
    }
  }

  @Test func sameTypeIsCopied() throws {
    let bytes: [UInt8] = (0..<96).map { UInt8($0 * 37 & 255) }
    for type in ScalarType.all {
      let count = 96 * 8 / type.bits
      let result = convert(bytes, count, from: type, to: type, .current)
      #expect(result?.bytes == bytes)
    }
  }

  @Test func granularityIsWholeBytes() throws {
    #expect(try #require(ScalarConversion(from: .bf16, to: .f32)).granularity == 1)
    #expect(try #require(ScalarConversion(from: .f4e2m1, to: .f32)).granularity == 2)
    #expect(try #require(ScalarConversion(from: .f16, to: .f6e3m2)).granularity == 4)
    #expect(try #require(ScalarConversion(from: .f16, to: .f32)).isExact)
    #expect(try !#require(ScalarConversion(from: .f16, to: .bf16)).isExact)
  }
}
