// Decoding to f32: exact. A NaN stays a NaN of its sign; bf16 keeps every bit, f16 keeps its
// payload and becomes quiet, as the hardware's conversion does.

/// The f32 bits of f16 bits.
@inline(__always)
func wideF16(_ half: UInt16) -> UInt32 {
  #if HAS_F16C
    return Float(Float16(bitPattern: half)).bitPattern
  #else
    let shifted = UInt32(half & 0x7fff) &<< 13
    let sign = UInt32(half & 0x8000) &<< 16
    // The fields move over, the bias changes from 15 to 127; a subnormal is normalised by letting
    // the unit subtract the implicit bit that it does not have.
    let normal = shifted &+ 112 &<< 23
    let subnormal =
      (Float(bitPattern: shifted &+ 113 &<< 23) - Float(bitPattern: 113 &<< 23)).bitPattern
    let special = (shifted &+ 224 &<< 23) | (shifted > 0x0f80_0000 ? 0x0040_0000 : 0)
    let finite = shifted < 0x0080_0000 ? subnormal : normal
    return sign | (shifted >= 0x0f80_0000 ? special : finite)
  #endif
}

/// The f32 bits of bf16 bits.
@inline(__always)
func wideBF16(_ bits: UInt16) -> UInt32 { UInt32(bits) &<< 16 }

/// `count` bf16 to f32.
@inline(never)
public func bf16ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int
) {
  var i = 0
  while i < count {
    store32(wideBF16(load16(source, i)), target, i)
    i &+= 1
  }
}

/// `count` f16 to f32.
@inline(never)
public func f16ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int
) {
  var i = 0
  while i < count {
    store32(wideF16(load16(source, i)), target, i)
    i &+= 1
  }
}

/// `count` f32 to f64; a NaN keeps its payload and becomes quiet.
@inline(never)
public func f32ToF64(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int
) {
  var i = 0
  while i < count {
    store64(Double(Float(bitPattern: load32(source, i))).bitPattern, target, i)
    i &+= 1
  }
}

/// `count` one-byte codes to f32 by a table of 256.
@inline(never)
public func codes8ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int,
  _ table: UnsafeRawPointer
) {
  var i = 0
  while i < count {
    store32(load32(table, Int(load8(source, i))), target, i)
    i &+= 1
  }
}

/// `count` 6-bit codes, four in three bytes with the first in the lowest bits, to f32 by a table
/// of 64.
@inline(never)
public func codes6ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int,
  _ table: UnsafeRawPointer
) {
  var i = 0
  while i < count {
    let bit = 6 &* i
    let byte = bit &>> 3
    let low = UInt32(load8(source, byte)) &>> UInt32(truncatingIfNeeded: bit & 7)
    // A code that starts above bit 2 reaches into the next byte.
    let code =
      bit & 7 > 2
      ? low | UInt32(load8(source, byte &+ 1)) &<< UInt32(truncatingIfNeeded: 8 &- bit & 7) : low
    store32(load32(table, Int(code & 63)), target, i)
    i &+= 1
  }
}

/// `count` 4-bit codes, two in a byte with the first in the low half, to f32 by a table of 16.
@inline(never)
public func codes4ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int,
  _ table: UnsafeRawPointer
) {
  var i = 0
  while i &+ 1 < count {
    let pair = Int(load8(source, i &>> 1))
    store32(load32(table, pair & 15), target, i)
    store32(load32(table, pair &>> 4), target, i &+ 1)
    i &+= 2
  }
  if i < count { store32(load32(table, Int(load8(source, i &>> 1)) & 15), target, i) }
}
