// Operations on the lanes of vectors that the standard library has not, or not as vectors.

typealias LaneMask8 = SIMDMask<SIMD8<Int32>>

/// In lanes where a mask is set those of `first`, in others those of `second`.
@inline(__always)
func chosen(_ mask: LaneMask8, _ first: SIMD8<Float>, _ second: SIMD8<Float>) -> SIMD8<Float> {
  let first = unsafeBitCast(first, to: LaneMask8.self)
  let second = unsafeBitCast(second, to: LaneMask8.self)
  return unsafeBitCast((mask .& first) .| (.!mask .& second), to: SIMD8<Float>.self)
}

extension SIMD8<Float> {
  /// The value whose bits are masked and joined with others.
  @inline(__always)
  func bits(and low: UInt32, or high: UInt32) -> Self {
    // Operators of integers work lane by lane, those of masks do not.
    let masked =
      unsafeBitCast(self, to: LaneMask8.self)
      .& unsafeBitCast(SIMD8<UInt32>(repeating: low), to: LaneMask8.self)
    return unsafeBitCast(
      masked .| unsafeBitCast(SIMD8<UInt32>(repeating: high), to: LaneMask8.self), to: Self.self)
  }
  /// Whether all lanes are +0.
  @inline(__always)
  var isZero: Bool {
    let bits = unsafeBitCast(self, to: SIMD4<UInt64>.self)
    return bits[0] | bits[1] | bits[2] | bits[3] == 0
  }
  /// The square root of each lane.
  @inline(__always)
  var squareRootOfLanes: Self {
    var result = self
    var lane = 0
    while lane < 8 {
      // The magnitude of what is not negative anyway spares a branch.
      result[lane] = self[lane].magnitude.squareRoot()
      lane &+= 1
    }
    return result
  }
}
