extension ScalarType {
  /// IEEE 754 binary64.
  public static let f64 = ScalarType(
    "f64", bits: 64, .float,
    format: FloatFormat(exponentBits: 11, fractionBits: 52, bias: 1023, specials: .ieee),
    ids: [.gguf: 28, .safetensors: "F64", .torchStorage: "DoubleStorage", .torchDType: "float64"])
  /// IEEE 754 binary32.
  public static let f32 = ScalarType(
    "f32", bits: 32, .float,
    format: FloatFormat(exponentBits: 8, fractionBits: 23, bias: 127, specials: .ieee),
    ids: [.gguf: 0, .safetensors: "F32", .torchStorage: "FloatStorage", .torchDType: "float32"])
  /// IEEE 754 binary16.
  public static let f16 = ScalarType(
    "f16", bits: 16, .float,
    format: FloatFormat(exponentBits: 5, fractionBits: 10, bias: 15, specials: .ieee),
    ids: [.gguf: 1, .safetensors: "F16", .torchStorage: "HalfStorage", .torchDType: "float16"])
  /// The upper half of a binary32: 8 exponent and 7 fraction bits.
  public static let bf16 = ScalarType(
    "bf16", bits: 16, .float,
    format: FloatFormat(exponentBits: 8, fractionBits: 7, bias: 127, specials: .ieee),
    ids: [
      .gguf: 30, .safetensors: "BF16", .torchStorage: "BFloat16Storage", .torchDType: "bfloat16",
    ])
  /// OCP FP8 E4M3 (`e4m3fn`): no infinity, NaN is S.1111.111, greatest value 448.
  public static let f8e4m3 = ScalarType(
    "f8_e4m3", bits: 8, .float,
    format: FloatFormat(exponentBits: 4, fractionBits: 3, bias: 7, specials: .lastCodeNaN),
    ids: [
      .safetensors: "F8_E4M3", .torchDType: "float8_e4m3fn",
    ])
  /// OCP FP8 E5M2: IEEE-like, with infinities; greatest value 57344.
  public static let f8e5m2 = ScalarType(
    "f8_e5m2", bits: 8, .float,
    format: FloatFormat(exponentBits: 5, fractionBits: 2, bias: 15, specials: .ieee),
    ids: [.safetensors: "F8_E5M2", .torchDType: "float8_e5m2"])
  /// FP8 E4M3 with exponent bias 8: no infinity, no -0; the one NaN is 0x80.
  public static let f8e4m3fnuz = ScalarType(
    "f8_e4m3fnuz", bits: 8, .float,
    format: FloatFormat(exponentBits: 4, fractionBits: 3, bias: 8, specials: .negativeZeroNaN),
    ids: [
      .safetensors: "F8_E4M3FNUZ",
      .torchDType: "float8_e4m3fnuz",
    ])
  /// FP8 E5M2 with exponent bias 16: no infinity, no -0; the one NaN is 0x80.
  public static let f8e5m2fnuz = ScalarType(
    "f8_e5m2fnuz", bits: 8, .float,
    format: FloatFormat(exponentBits: 5, fractionBits: 2, bias: 16, specials: .negativeZeroNaN),
    ids: [
      .safetensors: "F8_E5M2FNUZ",
      .torchDType: "float8_e5m2fnuz",
    ])
  /// A power of two with exponent bias 127, without sign and zero; 0xFF is NaN.
  public static let f8e8m0 = ScalarType(
    "f8_e8m0", bits: 8, .float,
    format: FloatFormat(exponentBits: 8, fractionBits: 0, bias: 127, specials: .lastCodeNaN),
    ids: [.safetensors: "F8_E8M0", .torchDType: "float8_e8m0fnu"])
  /// OCP FP6 E2M3: no infinity, no NaN; greatest value 7.5.
  public static let f6e2m3 = ScalarType(
    "f6_e2m3", bits: 6, .float,
    format: FloatFormat(exponentBits: 2, fractionBits: 3, bias: 1, specials: .none),
    ids: [.safetensors: "F6_E2M3"])
  /// OCP FP6 E3M2: no infinity, no NaN; greatest value 28.
  public static let f6e3m2 = ScalarType(
    "f6_e3m2", bits: 6, .float,
    format: FloatFormat(exponentBits: 3, fractionBits: 2, bias: 3, specials: .none),
    ids: [.safetensors: "F6_E3M2"])
  /// OCP FP4 E2M1: 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives; the first element in the low nibble.
  public static let f4e2m1 = ScalarType(
    "f4_e2m1", bits: 4, .float,
    format: FloatFormat(exponentBits: 2, fractionBits: 1, bias: 1, specials: .none),
    ids: [.safetensors: "F4"])
  /// 64-bit integer, two's complement.
  public static let i64 = ScalarType(
    "i64", bits: 64, .signed,
    ids: [.gguf: 27, .safetensors: "I64", .torchStorage: "LongStorage", .torchDType: "int64"])
  /// 32-bit integer, two's complement.
  public static let i32 = ScalarType(
    "i32", bits: 32, .signed,
    ids: [.gguf: 26, .safetensors: "I32", .torchStorage: "IntStorage", .torchDType: "int32"])
  /// 16-bit integer, two's complement.
  public static let i16 = ScalarType(
    "i16", bits: 16, .signed,
    ids: [.gguf: 25, .safetensors: "I16", .torchStorage: "ShortStorage", .torchDType: "int16"])
  /// 8-bit integer, two's complement.
  public static let i8 = ScalarType(
    "i8", bits: 8, .signed,
    ids: [.gguf: 24, .safetensors: "I8", .torchStorage: "CharStorage", .torchDType: "int8"])
  /// 64-bit unsigned integer.
  public static let u64 = ScalarType(
    "u64", bits: 64, .unsigned,
    ids: [.safetensors: "U64", .torchDType: "uint64"])
  /// 32-bit unsigned integer.
  public static let u32 = ScalarType(
    "u32", bits: 32, .unsigned,
    ids: [.safetensors: "U32", .torchDType: "uint32"])
  /// 16-bit unsigned integer.
  public static let u16 = ScalarType(
    "u16", bits: 16, .unsigned,
    ids: [.safetensors: "U16", .torchDType: "uint16"])
  /// 8-bit unsigned integer.
  public static let u8 = ScalarType(
    "u8", bits: 8, .unsigned,
    ids: [.safetensors: "U8", .torchStorage: "ByteStorage", .torchDType: "uint8"])
  /// A byte that is 0 or 1.
  public static let bool = ScalarType(
    "bool", bits: 8, .boolean,
    ids: [.safetensors: "BOOL", .torchStorage: "BoolStorage", .torchDType: "bool"])
  /// Two binary16: real, imaginary.
  public static let c32 = ScalarType(
    "c32", bits: 32, .complex,
    ids: [.torchDType: "complex32"])
  /// Two binary32: real, imaginary.
  public static let c64 = ScalarType(
    "c64", bits: 64, .complex,
    ids: [.safetensors: "C64", .torchStorage: "ComplexFloatStorage", .torchDType: "complex64"])
  /// Two binary64: real, imaginary.
  public static let c128 = ScalarType(
    "c128", bits: 128, .complex,
    ids: [.torchStorage: "ComplexDoubleStorage", .torchDType: "complex128"])
}
