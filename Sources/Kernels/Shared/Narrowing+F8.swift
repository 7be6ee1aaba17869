/// The f8 code of f32 bits.
///
/// `greatest` is the code of the greatest finite magnitude, `nan` that of
/// NaN without sign; a type without infinity cannot hold one, a type without -0 (`unsignedZero`)
/// has its one NaN there.
@inline(__always)
func codeF8(
  _ bits: UInt32, fraction: UInt32, bias: UInt32, greatest: UInt32, infinity: Bool, nan: UInt32,
  unsignedZero: Bool
) -> Code {
  let magnitude = bits & 0x7fff_ffff
  let sign = (bits &>> 24) & 0x80
  let finite = nearest(magnitude, fraction: fraction, bias: bias)
  let past: UInt32 = finite > greatest ? 1 : 0
  let code = finite > greatest ? greatest &+ 1 : finite
  let signed = unsignedZero && code == 0 ? 0 : code | sign
  let limit: UInt32 = infinity ? 0x7f80_0000 : 0x7f80_0001
  return (
    magnitude > 0x7f80_0000 ? (unsignedZero ? nan : nan | sign) : signed,
    magnitude < limit ? past : 0,
    magnitude != 0 && finite == 0 ? 1 : 0
  )
}

/// `count` f32 to f8_e4m3.
@inline(never)
public func f32ToE4M3(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ saturate: Bool
) -> Narrowed {
  narrow(
    count, saturate, greatest: 0x7e,
    encode: {
      codeF8(
        load32(source, $0), fraction: 3, bias: 7, greatest: 0x7e, infinity: false, nan: 0x7f,
        unsignedZero: false)
    }, sign: { (load32(source, $0) &>> 24) & 0x80 }, store: { store8($0, target, $1) })
}

/// `count` f32 to f8_e5m2.
@inline(never)
public func f32ToE5M2(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ saturate: Bool
) -> Narrowed {
  narrow(
    count, saturate, greatest: 0x7b,
    encode: {
      codeF8(
        load32(source, $0), fraction: 2, bias: 15, greatest: 0x7b, infinity: true, nan: 0x7e,
        unsignedZero: false)
    }, sign: { (load32(source, $0) &>> 24) & 0x80 }, store: { store8($0, target, $1) })
}

/// `count` f32 to f8_e4m3fnuz.
@inline(never)
public func f32ToE4M3FNUZ(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ saturate: Bool
) -> Narrowed {
  narrow(
    count, saturate, greatest: 0x7f,
    encode: {
      codeF8(
        load32(source, $0), fraction: 3, bias: 8, greatest: 0x7f, infinity: false, nan: 0x80,
        unsignedZero: true)
    }, sign: { (load32(source, $0) &>> 24) & 0x80 }, store: { store8($0, target, $1) })
}

/// `count` f32 to f8_e5m2fnuz.
@inline(never)
public func f32ToE5M2FNUZ(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ saturate: Bool
) -> Narrowed {
  narrow(
    count, saturate, greatest: 0x7f,
    encode: {
      codeF8(
        load32(source, $0), fraction: 2, bias: 16, greatest: 0x7f, infinity: false, nan: 0x80,
        unsignedZero: true)
    }, sign: { (load32(source, $0) &>> 24) & 0x80 }, store: { store8($0, target, $1) })
}
