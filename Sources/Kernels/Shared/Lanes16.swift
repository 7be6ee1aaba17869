// Sixteen searches at a time: lane k of every vector belongs to search k, so that each keeps its
// scalar order of operations. Only operations are used that become single vector instructions.

typealias Lanes16 = SIMD16<Float>
typealias LaneBits16 = SIMD16<Int32>
typealias LaneRows16 = UnsafeMutablePointer<Lanes16>

@inline(__always)
func laneBits(_ lanes: Lanes16) -> LaneBits16 { unsafeBitCast(lanes, to: LaneBits16.self) }
@inline(__always)
func laneFloats(_ bits: LaneBits16) -> Lanes16 { unsafeBitCast(bits, to: Lanes16.self) }

typealias LaneMask16 = SIMDMask<LaneBits16>

/// In lanes where a mask is set those of `first`, in others those of `second`.
// By bits: of `replacing` the compiler makes quarters of vectors, or single lanes.
@inline(__always)
func chosen(_ mask: LaneMask16, _ first: LaneBits16, _ second: LaneBits16) -> LaneBits16 {
  let first = unsafeBitCast(first, to: LaneMask16.self)
  let second = unsafeBitCast(second, to: LaneMask16.self)
  return unsafeBitCast((mask .& first) .| (.!mask .& second), to: LaneBits16.self)
}
@inline(__always)
func chosen(_ mask: LaneMask16, _ first: Lanes16, _ second: Lanes16) -> Lanes16 {
  laneFloats(chosen(mask, laneBits(first), laneBits(second)))
}

/// Bits that are set in both, or in either; the operators of integers work lane by lane.
@inline(__always)
func bitsInBoth(_ first: LaneBits16, _ second: LaneBits16) -> LaneBits16 {
  let (first, second) = (
    unsafeBitCast(first, to: LaneMask16.self), unsafeBitCast(second, to: LaneMask16.self)
  )
  return unsafeBitCast(first .& second, to: LaneBits16.self)
}
@inline(__always)
func bitsInEither(_ first: LaneBits16, _ second: LaneBits16) -> LaneBits16 {
  let (first, second) = (
    unsafeBitCast(first, to: LaneMask16.self), unsafeBitCast(second, to: LaneMask16.self)
  )
  return unsafeBitCast(first .| second, to: LaneBits16.self)
}

/// The lesser and the greater numbers of two vectors, those of `numbers` where they are NaN.
@inline(__always)
func atMostLanes(_ numbers: Lanes16, _ limit: Lanes16) -> Lanes16 {
  chosen(limit .< numbers, limit, numbers)
}
@inline(__always)
func atLeastLanes(_ numbers: Lanes16, _ limit: Lanes16) -> Lanes16 {
  chosen(limit .> numbers, limit, numbers)
}

/// Lane k of an array of rows, as if they were elements one behind the other.
@inline(__always)
func laneValues(_ rows: LaneRows16) -> UnsafeMutablePointer<Float> {
  UnsafeMutableRawPointer(rows).assumingMemoryBound(to: Float.self)
}

@inline(__always)
func loadLanes(_ source: UnsafeRawPointer, _ index: Int) -> Lanes16 {
  source.loadUnaligned(fromByteOffset: 4 &* index, as: Lanes16.self)
}

/// Row i of `target` becomes element i of sixteen runs of 16 elements; lane k is of run k.
@inline(__always)
func transposeLanes(into target: LaneRows16, run: (Int) -> UnsafeRawPointer) {
  let elements = UnsafeMutableRawPointer(target)
  var k = 0
  while k < 16 {
    let (first, second, third, fourth) = (run(k), run(k &+ 1), run(k &+ 2), run(k &+ 3))
    var i = 0
    while i < 16 {
      let a = first.loadUnaligned(fromByteOffset: 4 &* i, as: SIMD4<Float>.self)
      let b = second.loadUnaligned(fromByteOffset: 4 &* i, as: SIMD4<Float>.self)
      let c = third.loadUnaligned(fromByteOffset: 4 &* i, as: SIMD4<Float>.self)
      let d = fourth.loadUnaligned(fromByteOffset: 4 &* i, as: SIMD4<Float>.self)
      let place = elements + (64 &* i &+ 4 &* k)
      place.storeBytes(of: SIMD4(a.x, b.x, c.x, d.x), as: SIMD4<Float>.self)
      (place + 64).storeBytes(of: SIMD4(a.y, b.y, c.y, d.y), as: SIMD4<Float>.self)
      (place + 128).storeBytes(of: SIMD4(a.z, b.z, c.z, d.z), as: SIMD4<Float>.self)
      (place + 192).storeBytes(of: SIMD4(a.w, b.w, c.w, d.w), as: SIMD4<Float>.self)
      i &+= 4
    }
    k &+= 4
  }
}

/// Sums of the squares of `count` blocks of 256 elements, at most sixteen, each in order.
///
/// Lane k is of block k, or of the last. `memory` has 16 rows.
@inline(never)
func sumSquares(_ source: UnsafeRawPointer, _ count: Int, _ memory: LaneRows16) -> Lanes16 {
  var sums = Lanes16.zero
  var first = 0
  while first < 256 {
    transposeLanes(into: memory) {
      source + 4 &* (first &+ 256 &* ($0 < count ? $0 : count &- 1))
    }
    var i = 0
    while i < 16 {
      sums += memory[i] * memory[i]
      i &+= 1
    }
    first &+= 16
  }
  return sums
}

/// target = importance * sqrt(variance + x * x) for `count` elements.
@inline(never)
func storeEmphasis(
  _ target: UnsafeMutablePointer<Float>, _ source: UnsafeRawPointer,
  _ importance: UnsafeRawPointer, _ count: Int, variance: Float
) {
  var j = 0
  while j < count {
    let value = Float(bitPattern: load32(source, j))
    // Of what is not negative the magnitude is itself; it spares a branch.
    let root = (variance + value * value).magnitude.squareRoot()
    target[j] = Float(bitPattern: load32(importance, j)) * root
    j &+= 1
  }
}

/// The greatest of sixteen integers.
@inline(__always)
func greatestLane(_ bits: LaneBits16) -> Int32 {
  var greatest = Int32.min
  withUnsafeBytes(of: bits) { bytes in
    var k = 0
    while k < 16 {
      let bits = bytes.load(fromByteOffset: 4 &* k, as: Int32.self)
      greatest = bits > greatest ? bits : greatest
      k &+= 1
    }
  }
  return greatest
}

/// Whether a lane is NaN or infinite.
@inline(__always)
func anyLaneIsInfinite(_ lanes: Lanes16) -> Bool {
  greatestLane(bitsInBoth(laneBits(lanes), LaneBits16(repeating: 0x7fff_ffff))) >= 0x7f80_0000
}

/// The low bytes of `count` lanes of a row and those behind it.
@inline(never)
func narrowLevels(_ levels: LaneRows16, count: Int = 256, into target: UnsafeMutableRawPointer) {
  var j = 0
  while j < count {
    store8(load32(levels, j), target, j)
    j &+= 1
  }
}

extension SIMD16<Float> {
  /// The value whose bits are masked and joined with others.
  @inline(__always)
  func bits(and low: UInt32, or high: UInt32) -> Self {
    let low = LaneBits16(repeating: Int32(bitPattern: low))
    let high = LaneBits16(repeating: Int32(bitPattern: high))
    return laneFloats(bitsInEither(bitsInBoth(laneBits(self), low), high))
  }
  /// Whether all lanes are +0.
  @inline(__always)
  var isZero: Bool {
    let bits = unsafeBitCast(self, to: SIMD8<UInt64>.self)
    return bits[0] | bits[1] | bits[2] | bits[3] | bits[4] | bits[5] | bits[6] | bits[7] == 0
  }
  /// The square root of each lane.
  @inline(__always)
  var squareRootOfLanes: Self {
    var result = self
    var lane = 0
    while lane < 16 {
      // The magnitude of what is not negative anyway spares a branch.
      result[lane] = self[lane].magnitude.squareRoot()
      lane &+= 1
    }
    return result
  }
}
