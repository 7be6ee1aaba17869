/// The f32 code of f64 bits.
@inline(__always)
func codeF32(_ bits: UInt64) -> Code {
  let magnitude = bits & 0x7fff_ffff_ffff_ffff
  let sign = UInt32(truncatingIfNeeded: bits &>> 32) & 0x8000_0000
  let code = Float(Double(bitPattern: magnitude)).bitPattern
  return (
    sign | (magnitude > 0x7ff0_0000_0000_0000 ? 0x7fc0_0000 : code),
    code == 0x7f80_0000 && magnitude < 0x7ff0_0000_0000_0000 ? 1 : 0,
    code == 0 && magnitude != 0 ? 1 : 0
  )
}

/// `count` f64 to f32.
@inline(never)
public func f64ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ saturate: Bool
) -> Narrowed {
  narrow(
    count, saturate, greatest: 0x7f7f_ffff, encode: { codeF32(load64(source, $0)) },
    sign: { UInt32(truncatingIfNeeded: load64(source, $0) &>> 32) & 0x8000_0000 },
    store: { store32($0, target, $1) })
}

/// `count` f64 to f32 rounded to odd: an inexact result is the neighbour whose last bit is 1.
///
/// Rounding that on to a float with at least two bits less gives what one rounding of the f64
/// gives, because it is neither a tie nor a value of the narrower type unless the f64 was.
/// Infinity stays; a finite value becomes at most the greatest finite f32, never zero.
@inline(never)
public func f64ToF32Odd(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int
) {
  var i = 0
  while i < count {
    let bits = load64(source, i)
    let magnitude = Double(bitPattern: bits & 0x7fff_ffff_ffff_ffff)
    let rounded = Float(magnitude)
    let back = Double(rounded)
    let down = rounded.bitPattern &- (back > magnitude ? 1 : 0)
    let odd = back == magnitude || magnitude != magnitude ? down : down | 1
    store32(odd | UInt32(truncatingIfNeeded: bits &>> 32) & 0x8000_0000, target, i)
    i &+= 1
  }
}
