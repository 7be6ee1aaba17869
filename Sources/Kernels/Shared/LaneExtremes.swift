/// What sixteen groups have in common before any search: their values of greatest magnitude.
///
/// The first value of greatest magnitude, 1 where that is below 1e-15, in dead lanes; which lanes are
/// dead; bits of the greatest magnitude of all lanes: from 0x7f80_0000 on something is not finite.
// A tuple, since a struct would bring weak functions along, as other tuples here.
typealias LaneExtremes = (extreme: Lanes16, isDead: LaneMask16, greatest: Int32)

/// The extremes of sixteen groups, in `count` rows.
@inline(__always)
func laneExtremes(_ values: LaneRows16, count: Int = 16) -> LaneExtremes {
  var most = LaneBits16(repeating: -1)
  var extreme = LaneBits16.zero
  var i = 0
  while i < count {
    let value = laneBits(values[i])
    let magnitude = bitsInBoth(value, LaneBits16(repeating: 0x7fff_ffff))
    let isMore = magnitude .> most
    most = chosen(isMore, magnitude, most)
    extreme = chosen(isMore, value, extreme)
    i &+= 1
  }
  let isDead = laneFloats(most) .< Lanes16(repeating: 1e-15)
  return (
    chosen(isDead, Lanes16(repeating: 1), laneFloats(extreme)), isDead, greatestLane(most)
  )
}

/// 1 in dead lanes, else 0.
@inline(__always)
func deadFlags(_ extremes: LaneExtremes) -> Lanes16 {
  chosen(extremes.isDead, Lanes16(repeating: 1), Lanes16.zero)
}
