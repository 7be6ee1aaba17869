internal import Tensors

// binary16 as codecs use it: codes as integers, rounding to nearest even as ggml does it.

extension Float {
  /// The value of an f16 code.
  init(half code: Int) {
    let sign = UInt32(truncatingIfNeeded: code & 0x8000) << 16
    let exponent = code >> 10 & 0x1f
    let fraction = UInt32(truncatingIfNeeded: code & 0x3ff)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      self = Float(bitPattern: magnitude.bitPattern | sign)
    case 31: self = Float(bitPattern: 0x7f80_0000 | fraction << 13 | sign)
    default:
      self = Float(
        bitPattern: UInt32(truncatingIfNeeded: exponent + 112) << 23 | fraction << 13 | sign)
    }
  }

  /// The f16 code, rounded to nearest even; NaN becomes the quiet NaN without payload.
  var half: Int {
    guard !isNaN else { return sign == .minus ? 0xfe00 : 0x7e00 }
    let signBit = sign == .minus ? 0x8000 : 0
    guard magnitude < 65520 else { return signBit | 0x7c00 }
    if magnitude < 0x1p-14 {
      return signBit | Int((magnitude * 0x1p24).rounded(.toNearestOrEven))
    }
    let bits = Int(magnitude.bitPattern) - (112 << 23)
    let rest = bits & 0x1fff
    let down = bits >> 13
    return signBit | (rest > 0x1000 || (rest == 0x1000 && down & 1 == 1) ? down + 1 : down)
  }

  /// The value rounded to f16.
  var roundedToHalf: Float { Float(half: half) }
}

/// Whether an f16 code is neither infinite nor NaN.
func isFinite(half code: Int) -> Bool { code & 0x7c00 != 0x7c00 }

/// Whether the f16 at an offset is zero.
func isZero(half block: UnsafeRawPointer, at offset: Int) -> Bool {
  block.loadUnaligned(fromByteOffset: offset, as: UInt16.self) & 0x7fff == 0
}

extension UnsafeRawBufferPointer {
  /// The little-endian 16-bit code at an offset.
  func half(_ offset: Int) -> Int { Int(self[offset]) | Int(self[offset + 1]) << 8 }
}

extension UnsafeMutableRawBufferPointer {
  /// Writes a 16-bit code, little-endian.
  func store(half code: Int, at offset: Int) {
    self[offset] = UInt8(truncatingIfNeeded: code)
    self[offset + 1] = UInt8(truncatingIfNeeded: code >> 8)
  }
}
