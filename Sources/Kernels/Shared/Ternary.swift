// What the types share whose levels are -1, 0 and 1.

/// 1 + the nearest of -1, 0 and 1, halves away from zero.
@inline(__always)
func digits(_ values: SIMD8<Float>) -> SIMD8<UInt32> {
  // Masks are -1 where they are set.
  let isUp = unsafeBitCast(values .>= 0.5, to: SIMD8<UInt32>.self)
  let isDown = unsafeBitCast(values .<= -0.5, to: SIMD8<UInt32>.self)
  return 1 &- isUp &+ isDown
}
