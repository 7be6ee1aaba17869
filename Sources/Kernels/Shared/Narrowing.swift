// Encoding to narrower floats: one rounding to nearest, ties to even. NaN becomes sign | quiet NaN
// with payload 0 (0x7e00, 0x7fc0, ...; the one NaN of a type that has one); infinity stays where
// the target has it; a finite value that overflows is reported or clamped, one that becomes zero
// is counted.

/// What became of the elements of a narrowing.
///
/// Index of the first that the target cannot hold, -1 if there is none or all were clamped; how
/// many nonzero ones became zero; how many were clamped. After an index that is not -1 target and
/// counts are not to be used.
public typealias Narrowed = (unrepresentable: Int, underflows: Int, clamped: Int)

/// One element: its code, and two flags of 0 or 1.
typealias Code = (bits: UInt32, overflow: UInt32, underflow: UInt32)

/// Runs `encode` and `store` over all elements without branches; looks for the place only in a
/// chunk that has an overflow.
@inline(__always)
func narrow(
  _ count: Int, _ saturate: Bool, greatest: UInt32,
  encode: (Int) -> Code, sign: (Int) -> UInt32, store: (UInt32, Int) -> Void
) -> Narrowed {
  var underflows = 0
  var clamped = 0
  var start = 0
  while start < count {
    let end = count &- start > 1024 ? start &+ 1024 : count
    var overflow: UInt32 = 0
    var underflow: UInt32 = 0
    var i = start
    while i < end {
      let code = encode(i)
      overflow |= code.overflow
      underflow &+= code.underflow
      store(code.bits, i)
      i &+= 1
    }
    if overflow != 0 {
      i = start
      while i < end {
        if encode(i).overflow != 0 {
          if !saturate { return (i, underflows, clamped) }
          store(greatest | sign(i), i)
          clamped &+= 1
        }
        i &+= 1
      }
    }
    underflows &+= Int(underflow)
    start = end
  }
  return (-1, underflows, clamped)
}

/// The magnitude of the narrower float nearest to the finite magnitude `bits` of an f32, as a code
/// that may exceed the target's greatest.
@inline(__always)
func nearest(_ bits: UInt32, fraction: UInt32, bias: UInt32) -> UInt32 {
  let shift = 23 &- fraction
  let even = (bits &>> shift) & 1
  let normal =
    ((bits &+ (1 &<< (shift &- 1)) &- 1 &+ even) &>> shift) &- ((127 &- bias) &<< fraction)
  // Below the least normal value: an addition whose unit in the last place is the target's least
  // value does the rounding.
  let magic = (151 &- bias &- fraction) &<< 23
  let subnormal = (Float(bitPattern: bits) + Float(bitPattern: magic)).bitPattern &- magic
  return bits < (128 &- bias) &<< 23 ? subnormal : normal
}

/// The f16 code of f32 bits.
@inline(__always)
func codeF16(_ bits: UInt32) -> Code {
  let magnitude = bits & 0x7fff_ffff
  let sign = (bits &>> 16) & 0x8000
  #if HAS_F16C
    let code = UInt32(Float16(Float(bitPattern: magnitude)).bitPattern)
  #else
    let finite = nearest(magnitude, fraction: 10, bias: 15)
    let code = magnitude >= 0x477f_f000 ? 0x7c00 : finite
  #endif
  // 65520 is the least magnitude that rounds past 65504; 2^-25 the greatest that rounds to zero.
  return (
    sign | (magnitude > 0x7f80_0000 ? 0x7e00 : code),
    magnitude >= 0x477f_f000 && magnitude < 0x7f80_0000 ? 1 : 0,
    magnitude != 0 && magnitude <= 0x3300_0000 ? 1 : 0
  )
}

/// The bf16 code of f32 bits.
@inline(__always)
func codeBF16(_ bits: UInt32) -> Code {
  let magnitude = bits & 0x7fff_ffff
  let sign = (bits &>> 16) & 0x8000
  let code = (magnitude &+ 0x7fff &+ ((magnitude &>> 16) & 1)) &>> 16
  return (
    sign | (magnitude > 0x7f80_0000 ? 0x7fc0 : code),
    magnitude >= 0x7f7f_8000 && magnitude < 0x7f80_0000 ? 1 : 0,
    magnitude != 0 && magnitude <= 0x8000 ? 1 : 0
  )
}

/// `count` f32 to bf16.
@inline(never)
public func f32ToBF16(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ saturate: Bool
) -> Narrowed {
  narrow(
    count, saturate, greatest: 0x7f7f, encode: { codeBF16(load32(source, $0)) },
    sign: { (load32(source, $0) &>> 16) & 0x8000 }, store: { store16($0, target, $1) })
}

/// `count` f32 to f16.
@inline(never)
public func f32ToF16(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ saturate: Bool
) -> Narrowed {
  narrow(
    count, saturate, greatest: 0x7bff, encode: { codeF16(load32(source, $0)) },
    sign: { (load32(source, $0) &>> 16) & 0x8000 }, store: { store16($0, target, $1) })
}

/// `count` bf16 to f16.
@inline(never)
public func bf16ToF16(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ saturate: Bool
) -> Narrowed {
  narrow(
    count, saturate, greatest: 0x7bff, encode: { codeF16(wideBF16(load16(source, $0))) },
    sign: { UInt32(load16(source, $0) & 0x8000) }, store: { store16($0, target, $1) })
}

/// `count` f16 to bf16: bf16 holds the whole range of f16, so only bits of the fraction are lost.
@inline(never)
public func f16ToBF16(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ saturate: Bool
) -> Narrowed {
  narrow(
    count, saturate, greatest: 0x7f7f, encode: { codeBF16(wideF16(load16(source, $0))) },
    sign: { UInt32(load16(source, $0) & 0x8000) }, store: { store16($0, target, $1) })
}
