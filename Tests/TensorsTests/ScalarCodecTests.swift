import Tensors
import Testing

/// Rules of the scalar codec that no reference package shares.
struct ScalarCodecTests {
  static func isNaN(_ value: ScalarValue) -> Bool {
    if case .nan = value { true } else { false }
  }
  func codec(_ type: ScalarType) throws -> ScalarCodec { try #require(ScalarCodec(type)) }

  @Test(
    arguments: [
      (ScalarType.f16, 0x7e00), (.bf16, 0x7fc0), (.f8e4m3, 0x7f), (.f8e5m2, 0x7e),
      (.f8e4m3fnuz, 0x80), (.f8e5m2fnuz, 0x80), (.f8e8m0, 0xff),
    ] as [(ScalarType, UInt64)]) func narrowedNaNHasNoPayload(
      _ type: ScalarType, _ expected: UInt64
    ) throws
  {
    let target = try codec(type)
    for payload in [1, 0x1234, 0x40_0000, 0x7f_ffff] as [UInt64] {
      for sign in [0, 0x8000_0000] as [UInt64] {
        let signBit: UInt64 =
          sign == 0 || type.format?.isSigned == false ? 0 : 1 << UInt64(type.bits - 1)
        let result = target.convert(sign | 0x7f80_0000 | payload, from: try codec(.f32))
        #expect(result.bits == expected | signBit)
        #expect(result.isRepresentable)
      }
    }
    let double = target.convert(0x7ff4_0000_0000_0001, from: try codec(.f64))
    #expect(double.bits == expected)
  }

  @Test func widenedNaNKeepsItsPayload() throws {
    let float = try codec(.f32)
    #expect(float.convert(0xfc01, from: try codec(.f16)).bits == 0xffc0_2000)
    #expect(float.convert(0x7f81, from: try codec(.bf16)).bits == 0x7f81_0000)
    #expect(float.convert(0xff, from: try codec(.f8e4m3)).bits == 0xffc0_0000)
    #expect(float.convert(0x7d, from: try codec(.f8e5m2)).bits == 0x7fc0_0000)
    #expect(float.convert(0x80, from: try codec(.f8e4m3fnuz)).bits == 0x7fc0_0000)
    #expect(try codec(.f64).convert(0x7f81_0000, from: float).bits == 0x7ff8_2000_0000_0000 | 0)
    #expect(try codec(.f32).convert(0x7ff4_0000_0000_0001, from: codec(.f64)).bits == 0x7fc0_0000)
  }

  @Test(arguments: [ScalarType.i8, .u16, .i64, .bool, .f6e2m3, .f6e3m2, .f4e2m1])
  func typesWithoutNaNRefuseIt(_ type: ScalarType) throws {
    #expect(!(try codec(type).encode(ScalarValue(Double.nan)).isRepresentable))
    let infinity = try codec(type).encode(ScalarValue(Double.infinity))
    #expect(!infinity.isRepresentable)
  }

  /// The least magnitude that is refused is the tie above the greatest value, if that tie would
  /// round up; the value just below it is accepted.
  @Test(
    arguments: [
      (ScalarType.f16, 65520.0), (.bf16, 0x1.ffp127), (.f8e4m3, 464), (.f8e5m2, 61440),
      (.f8e4m3fnuz, 248), (.f8e5m2fnuz, 61440), (.f8e8m0, 0x1.8p127), (.f6e2m3, 7.75),
      (.f6e3m2, 30), (.f4e2m1, 7), (.f32, 0x1.ffffffp127), (.i8, 127.5), (.u8, 255.5),
      (.i64, 0x1p63), (.u64, 0x1p64), (.u32, 4294967295.5),
    ] as [(ScalarType, Double)]) func overflowBegins(_ type: ScalarType, _ tie: Double) throws
  {
    let target = try codec(type)
    // Where the greatest code is even the tie itself still fits.
    let tieFits = target.encode(ScalarValue(tie)).isRepresentable
    let greatest = target.encode(ScalarValue(Double.infinity.nextDown)).bits
    #expect(tieFits == (greatest & 1 == 0 && type.format != nil && type != .f8e8m0))
    #expect(!target.encode(ScalarValue(tie.nextUp)).isRepresentable)
    let below = target.encode(ScalarValue(tie.nextDown))
    #expect(below.isRepresentable && below.bits == greatest || tie >= 0x1p63)
  }

  @Test func integersAreExactOrRounded() throws {
    let half = try codec(.f16)
    #expect(half.convert(2049, from: try codec(.i32)).bits == Float16(2048).bitPattern)
    #expect(!half.convert(2049, from: try codec(.i32)).isExact)
    #expect(half.convert(2048, from: try codec(.i32)).isExact)
    #expect(try !half.convert(65520, from: codec(.i64)).isRepresentable)
    // 2^54 + 2^1 + 1 rounded once to f32 and f64.
    let number: UInt64 = 1 << 54 | 3
    #expect(try codec(.f64).convert(number, from: codec(.u64)).bits == Double(number).bitPattern)
    #expect(
      try codec(.f32).convert(number, from: codec(.u64)).bits == UInt64(Float(number).bitPattern))
    #expect(try codec(.u64).convert(.max, from: codec(.i8)).isRepresentable == false)
    #expect(try codec(.i8).convert(.max, from: codec(.i64)).bits == 0xff)
    #expect(try codec(.i64).convert(0x80, from: codec(.i8)).bits == UInt64(bitPattern: -128))
    for (value, expected) in [(2.5, 2), (3.5, 4), (-0.5, 0), (-127.6, -128)] as [(Double, Int)] {
      let result = try codec(.i8).encode(ScalarValue(value))
      #expect(result.bits == UInt64(UInt8(truncatingIfNeeded: expected)) && result.isRepresentable)
    }
    #expect(try codec(.i8).encode(ScalarValue(0.25)).isUnderflow)
    #expect(try codec(.bool).encode(ScalarValue(1.0)).isExact)
    #expect(try !codec(.bool).encode(ScalarValue(0.5)).isRepresentable)
  }

  @Test func zerosKeepTheirSignWhereThereIsOne() throws {
    let minus = ScalarValue(-0.0)
    #expect(try codec(.f16).encode(minus).bits == 0x8000)
    #expect(try codec(.f8e4m3fnuz).encode(minus).bits == 0)
    #expect(try codec(.f8e4m3fnuz).encode(ScalarValue(-1e-9)).bits == 0)
    #expect(try codec(.i8).encode(minus).bits == 0)
    #expect(try !codec(.f8e8m0).encode(minus).isRepresentable)
  }

  @Test func complexTypesHaveNoCodec() {
    #expect(ScalarCodec(.c64) == nil)
    #expect(ScalarConversion(from: .c64, to: .f32) == nil)
    #expect(ScalarConversion(from: .c64, to: .c64) != nil)
  }
}
