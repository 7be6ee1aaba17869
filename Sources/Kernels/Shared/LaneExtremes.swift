/// What sixteen groups have in common before any search: their values of greatest magnitude.
///
/// The first value of greatest magnitude, 1 where that is below 1e-15, in dead lanes; which lanes are
/// dead; bits of the greatest magnitude of all lanes: from 0x7f80_0000 on something is not finite.
// A tuple, since a struct would bring weak functions along, as other tuples here.
typealias LaneExtremes = (extreme: Lanes16, isDead: SIMDMask<LaneBits16>, greatest: Int32)

/// The extremes of sixteen groups, in `count` rows.
@inline(__always)
func laneExtremes(_ values: LaneRows16, count: Int = 16) -> LaneExtremes {
  var most = LaneBits16(repeating: -1)
  var extreme = Lanes16.zero
  var i = 0
  while i < count {
    let value = values[i]
    let magnitude = laneBits(value) & LaneBits16(repeating: 0x7fff_ffff)
    let isMore = magnitude .> most
    most.replace(with: magnitude, where: isMore)
    extreme.replace(with: value, where: isMore)
    i &+= 1
  }
  let isDead = laneFloats(most) .< Lanes16(repeating: 1e-15)
  return (
    extreme.replacing(with: Lanes16(repeating: 1), where: isDead), isDead, greatestLane(most)
  )
}

/// 1 in dead lanes, else 0.
@inline(__always)
func deadFlags(_ extremes: LaneExtremes) -> Lanes16 {
  Lanes16.zero.replacing(with: Lanes16(repeating: 1), where: extremes.isDead)
}
