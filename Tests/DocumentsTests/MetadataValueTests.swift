import Documents
import Testing

/// What formats have in common about metadata.
@Suite struct MetadataValueTests {
  static let all: [(MetadataValue, String, Int?, Double?, String)] = [
    (.u8(255), "u8", 255, 255, "255"), (.i8(-1), "i8", -1, -1, "-1"),
    (.u16(65535), "u16", 65535, 65535, "65535"), (.i16(-2), "i16", -2, -2, "-2"),
    (.u32(.max), "u32", 4_294_967_295, 4_294_967_295, "4294967295"),
    (.i32(-3), "i32", -3, -3, "-3"),
    (.u64(.max), "u64", nil, Double(UInt64.max), "18446744073709551615"),
    (.i64(.min), "i64", .min, -9223372036854775808, "-9223372036854775808"),
    (.f32(1e-5), "f32", nil, Double(Float(1e-5)), "1e-05"),
    (.f64(0.1), "f64", nil, 0.1, "0.1"), (.f64(.infinity), "f64", nil, .infinity, "\"Infinity\""),
    (.f32(.nan), "f32", nil, nil, "\"NaN\""), (.bool(true), "bool", nil, nil, "true"),
    (.string("a\"b"), "string", nil, nil, "\"a\\\"b\""),
    (.array(.strings(["a", "b"])), "array<string>", nil, nil, "[\"a\",\"b\"]"),
    (.array(.u8([1])), "array<u8>", nil, nil, "[1]"),
    (.array(.i8([-1])), "array<i8>", nil, nil, "[-1]"),
    (.array(.u16([1])), "array<u16>", nil, nil, "[1]"),
    (.array(.i16([1])), "array<i16>", nil, nil, "[1]"),
    (.array(.u32([1])), "array<u32>", nil, nil, "[1]"),
    (.array(.i32([1])), "array<i32>", nil, nil, "[1]"),
    (.array(.f32([0.1])), "array<f32>", nil, nil, "[0.1]"),
    (.array(.bool([true])), "array<bool>", nil, nil, "[true]"),
    (.array(.arrays([.u8([1]), .strings([])])), "array<array>", nil, nil, "[[1],[]]"),
    (.array(.u64([.max])), "array<u64>", nil, nil, "[18446744073709551615]"),
    (.array(.i64([1])), "array<i64>", nil, nil, "[1]"),
    (.array(.f64([-0.5])), "array<f64>", nil, nil, "[-0.5]"),
  ]

  @Test(arguments: all)
  func views(value: MetadataValue, type: String, int: Int?, double: Double?, json: String) {
    #expect(value.typeName == type)
    #expect(value.int == int)
    if let double { #expect(value.double == double) }
    #expect(value.json().text() == json)
  }

  @Test func lists() {
    #expect(MetadataValue.array(.strings(["a"])).strings.map(Array.init) == ["a"])
    #expect(MetadataValue.array(.u8([1])).strings == nil)
    #expect(MetadataValue.string("x").string == "x")
    #expect(MetadataValue.bool(false).bool == false)
    #expect(MetadataArray.i32([1, -2]).ints == [1, -2])
    #expect(MetadataArray.u64([.max]).ints == nil)
    #expect(MetadataArray.f32([1]).ints == nil)
    #expect(MetadataArray.i32([1]).element(at: 1) == nil)
  }

  @Test func longListsAreCut() {
    let value = MetadataValue.array(.u32([1, 2, 3, 4]))
    #expect(
      value.json(maxElements: 2).text() == "{\"type\":\"u32\",\"count\":4,\"first\":[1,2]}")
    #expect(value.json(maxElements: 4).text() == "[1,2,3,4]")
  }
}
