import Tensors
import Testing

/// The rule for exactness against trying all values.
struct HoldsExactlyTests {
  static let small = ScalarType.all.filter { $0.bits <= 16 && $0.kind != .complex }

  @Test(arguments: small) func ruleEqualsTrial(_ source: ScalarType) throws {
    let decoder = try #require(ScalarCodec(source))
    let values = Set((0..<(UInt64(1) << UInt64(source.bits))).map { decoder.decode($0) })
    for target in ScalarType.all where target.kind != .complex {
      let encoder = try #require(ScalarCodec(target))
      let holds = values.allSatisfy { value in
        let code = encoder.encode(value)
        guard code.isRepresentable, code.isExact else { return false }
        // A zero must keep its sign.
        return !value.isZero || source.kind != .float
          || encoder.decode(code.bits).isNegative == value.isNegative
      }
      #expect(target.holdsExactly(source) == holds, "\(target) holds \(source)")
    }
  }

  @Test func wideTypes() {
    #expect(ScalarType.f64.holdsExactly(.f32))
    #expect(!ScalarType.f32.holdsExactly(.f64))
    #expect(ScalarType.f64.holdsExactly(.i32))
    #expect(ScalarType.f64.holdsExactly(.u32))
    #expect(!ScalarType.f32.holdsExactly(.i32))
    #expect(!ScalarType.f64.holdsExactly(.i64))
    #expect(!ScalarType.i64.holdsExactly(.u64))
    #expect(!ScalarType.u64.holdsExactly(.i64))
    #expect(ScalarType.i64.holdsExactly(.u32))
    #expect(!ScalarType.i32.holdsExactly(.u32))
    #expect(!ScalarType.f16.holdsExactly(.bf16))
    #expect(ScalarType.c64.holdsExactly(.c64))
    #expect(!ScalarType.c128.holdsExactly(.c64))
    #expect(!ScalarType.c64.holdsExactly(.f32))
  }

  @Test(arguments: ScalarType.all) func everyTypeHoldsItself(_ type: ScalarType) {
    #expect(type.holdsExactly(type))
  }
}

extension ScalarValue {
  fileprivate var isNegative: Bool {
    switch self {
    case .finite(let negative, _, _), .infinity(let negative), .nan(let negative, _): negative
    }
  }
}
