// What the types share whose scale is the greatest magnitude and whose levels are -1, 0 and 1.

/// The bits of the greatest magnitude of elements: NaN above infinity above all.
@inline(__always)
func greatestMagnitude(
  _ source: UnsafeRawPointer, _ start: Int, _ count: Int, _ scalar: RowScalar
) -> UInt32 {
  var sizes = SIMD8<UInt32>.zero
  var j = 0
  while j < count {
    sizes = greater(sizes, magnitudes(eight(source, start &+ j, scalar)))
    j &+= 8
  }
  return greatestOfEight(sizes)
}

/// 1 + the nearest of -1, 0 and 1, halves away from zero.
@inline(__always)
func digits(_ values: SIMD8<Float>) -> SIMD8<UInt32> {
  // Masks are -1 where they are set.
  let isUp = unsafeBitCast(values .>= 0.5, to: SIMD8<UInt32>.self)
  let isDown = unsafeBitCast(values .<= -0.5, to: SIMD8<UInt32>.self)
  return 1 &- isUp &+ isDown
}
