internal import Kernels
public import Tensors

extension QuantType {
  /// 32 weights of 8 bits with one scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     32    qs        signed bytes
  /// ```
  /// w = d * q
  public static let q8_0 = QuantType(
    "q8_0", blockElements: 32, blockBytes: 34, ids: [.gguf: 8], codec: Q8_0Codec.self)
}

/// The codec of q8_0.
///
/// d = max|x| / 127 in f32; q = x * (1 / d) rounded to the nearest integer, halves away from zero;
/// d is then rounded to f16. Where 1 / d overflows (max|x| below 127 * 2^-128) q is 0. A block with
/// a NaN, an infinity or a scale past f16 cannot be held; the offending element is the first that
/// alone would make it so.
public enum Q8_0Codec: BlockCodec {
  /// Half a level of 1/127, and the rounding of the scale to the 11 bits of f16; what f32 rounds on
  /// the way is less than the last term.
  public static let errorBudget = 1.0 / 254 + 1.0 / 2048 + 0x1p-20
  /// Half the spacing of subnormal f16, times the greatest q.
  public static let underflowError = 127 * 0x1p-25
  /// Importance is not used.
  public static let usesImportance = false

  static let elements = 32
  static let bytes = 34

  /// Decodes by the kernel of this CPU.
  public static func decode(
    _ blocks: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>
  ) {
    let count = output.count / elements
    precondition(blocks.count >= count * bytes, "the blocks fill the output")
    guard let source = blocks.baseAddress, let target = output.baseAddress else { return }
    KernelTable.current.q8_0ToF32(source, UnsafeMutableRawPointer(target), count)
  }

  /// Encodes by the kernel of this CPU.
  public static func encode(
    _ values: UnsafeBufferPointer<Float>, columns: Int, importance: UnsafeBufferPointer<Float>?,
    into blocks: UnsafeMutableRawBufferPointer
  ) -> Int? {
    encode(
      UnsafeRawBufferPointer(values), of: .f32, elementCount: values.count, columns: columns,
      importance: importance, into: blocks)
  }

  /// Encodes f32, bf16 and f16 in one pass, other types row by row.
  public static func encode(
    _ rows: UnsafeRawBufferPointer, of type: ScalarType, elementCount: Int, columns: Int,
    importance: UnsafeBufferPointer<Float>?, into blocks: UnsafeMutableRawBufferPointer
  ) -> Int? {
    let kernels: [ScalarType: KernelTable.BlockEncoding] = [
      .f32: KernelTable.current.f32ToQ8_0, .bf16: KernelTable.current.bf16ToQ8_0,
      .f16: KernelTable.current.f16ToQ8_0,
    ]
    guard let kernel = kernels[type] else {
      return encodeByRows(
        rows, of: type, elementCount: elementCount, columns: columns, importance: importance,
        into: blocks)
    }
    let count = elementCount / elements
    precondition(
      columns % elements == 0 && rows.count >= count * elements * type.bits / 8
        && blocks.count >= count * bytes, "rows of whole blocks, and buffers that hold them")
    guard count > 0, let source = rows.baseAddress, let target = blocks.baseAddress else {
      return nil
    }
    let bad = kernel(source, target, count)
    guard bad >= 0, let codec = ScalarCodec(type) else { return nil }
    let start = bad * elements
    let element = (0..<elements).first { index in
      let byte = (start + index) * type.bits / 8
      let bits: UInt64 =
        type.bits == 32
        ? UInt64(source.loadUnaligned(fromByteOffset: byte, as: UInt32.self))
        : UInt64(source.loadUnaligned(fromByteOffset: byte, as: UInt16.self))
      return !isHeld(codec.float(bits))
    }
    return start + (element ?? 0)
  }

  /// Whether f16 holds the scale of a block whose greatest magnitude is that of `value`.
  private static func isHeld(_ value: Float) -> Bool { value.magnitude / 127 < 65520 }

  /// The specification of `decode`.
  public static func decodeReference(
    _ blocks: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>
  ) {
    guard let half = ScalarCodec(.f16) else { return }
    for i in output.indices {
      let block = i / elements * bytes
      let scale = half.float(UInt64(blocks[block]) | UInt64(blocks[block + 1]) << 8)
      output[i] = Float(Int8(bitPattern: blocks[block + 2 + i % elements])) * scale
    }
  }

  /// The specification of `encode`.
  public static func encodeReference(
    _ values: UnsafeBufferPointer<Float>, columns: Int, importance: UnsafeBufferPointer<Float>?,
    into blocks: UnsafeMutableRawBufferPointer
  ) -> Int? {
    guard let half = ScalarCodec(.f16) else { return 0 }
    for block in 0..<values.count / elements {
      let start = block * elements
      var greatest: Float = 0
      for i in start..<start + elements {
        guard isHeld(values[i]) else { return i }
        greatest = max(greatest, values[i].magnitude)
      }
      let scale = greatest / 127
      let inverse = scale == 0 ? 0 : 1 / scale
      let code = half.encode(ScalarValue(Double(scale))).bits
      blocks[block * bytes] = UInt8(truncatingIfNeeded: code)
      blocks[block * bytes + 1] = UInt8(truncatingIfNeeded: code >> 8)
      for i in 0..<elements {
        let level = (values[start + i] * inverse).rounded(.toNearestOrAwayFromZero)
        blocks[block * bytes + 2 + i] =
          level.isFinite ? UInt8(bitPattern: Int8(clamping: Int(level))) : 0
      }
    }
    return nil
  }
}
