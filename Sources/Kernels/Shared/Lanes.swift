// Operations on the lanes of vectors that the standard library has not, or not as vectors.

extension SIMD8<Float> {
  /// The value whose bits are masked and joined with others.
  @inline(__always)
  func bits(and low: UInt32, or high: UInt32) -> Self {
    unsafeBitCast(unsafeBitCast(self, to: SIMD8<UInt32>.self) & low | high, to: Self.self)
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
