/// What sixteen groups have in common before any search: the values of greatest magnitude.
struct LaneExtremes {
  /// The first value of greatest magnitude; 1 where that is below 1e-15.
  var extreme: Lanes16
  /// All ones where the greatest magnitude is below 1e-15.
  var isDead: SIMDMask<LaneBits16>
  /// Bits of the greatest magnitude of all lanes; from 0x7f80_0000 on something is not finite.
  var greatest: Int32

  /// Of the first `count` rows.
  @inline(__always)
  init(_ values: LaneRows16, count: Int = 16) {
    var most = LaneBits16(repeating: -1)
    var extreme = Lanes16.zero
    var i = 0
    while i < count {
      let value = values[i]
      let magnitude = laneBits(value) & 0x7fff_ffff
      let isMore = magnitude .> most
      most.replace(with: magnitude, where: isMore)
      extreme.replace(with: value, where: isMore)
      i &+= 1
    }
    isDead = laneFloats(most) .< Lanes16(repeating: 1e-15)
    self.extreme = extreme.replacing(with: Lanes16(repeating: 1), where: isDead)
    greatest = greatestLane(most)
  }

  /// 1 in dead lanes, else 0.
  @inline(__always)
  var deadFlags: Lanes16 {
    Lanes16.zero.replacing(with: Lanes16(repeating: 1), where: isDead)
  }
}
