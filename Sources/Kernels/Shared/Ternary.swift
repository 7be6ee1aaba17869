// What the types share whose scale is the greatest magnitude and whose levels are -1, 0 and 1.

/// The bits of the greatest magnitude of elements: NaN above infinity above all.
@inline(__always)
func greatestMagnitude(
  _ source: UnsafeRawPointer, _ start: Int, _ count: Int, _ scalar: RowScalar
) -> UInt32 {
  // A loop over elements is what becomes vectors of maxima on every level.
  var greatest: Int32 = 0
  var j = 0
  while j < count {
    let size = Int32(bitPattern: element(source, start &+ j, scalar) & 0x7fff_ffff)
    greatest = size > greatest ? size : greatest
    j &+= 1
  }
  return UInt32(bitPattern: greatest)
}

/// 1 + the nearest of -1, 0 and 1, halves away from zero.
@inline(__always)
func digits(_ values: SIMD8<Float>) -> SIMD8<UInt32> {
  // Masks are -1 where they are set.
  let isUp = unsafeBitCast(values .>= 0.5, to: SIMD8<UInt32>.self)
  let isDown = unsafeBitCast(values .<= -0.5, to: SIMD8<UInt32>.self)
  return 1 &- isUp &+ isDown
}
