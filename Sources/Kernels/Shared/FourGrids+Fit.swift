extension FourGrids {
  /// The magnitude of a point in the low 8 bits: 32 * level -> 2 * level + 1.
  @inline(__always)
  static func pointMagnitude(_ bits: UInt32) -> Float {
    // The last place of 2^19 is 1/16.
    Float(bitPattern: bits & 255 | 0x4900_0000) - 524_287
  }

  /// The two sums of all scales, in order of the weights.
  @inline(__always)
  static func sumPoints(_ place: UnsafeMutableRawPointer, vectors: Int) {
    var vector = 0
    while vector < vectors {
      var cross = Scales()
      var square = Scales()
      var group = 0
      while group < 8 {
        var points = place.loadUnaligned(
          fromByteOffset: Place.chosen &+ 128 &* group &+ 32 &* vector, as: ScaleBits.self)
        var j = 4 &* group
        while j < 4 &* group &+ 4 {
          let point = unsafeBitCast(points & 255 | 0x4900_0000, to: Scales.self) - 524_287
          cross += Scales(repeating: f32(place, Place.products, j)) * point
          square += Scales(repeating: f32(place, Place.costs, j)) * point * point
          points = points &>> 8
          j &+= 1
        }
        group &+= 1
      }
      (place + (Place.crosses &+ 32 &* vector)).storeBytes(of: cross, as: Scales.self)
      (place + (Place.squares &+ 32 &* vector)).storeBytes(of: square, as: Scales.self)
      vector &+= 1
    }
  }

  /// Fits scale and points to the magnitudes, costs, roots and products in working memory.
  ///
  /// - Parameter first: the first step of the scales, which go as far on the other side.
  /// - Returns: the scale, NaN if the type cannot hold the weights.
  @inline(__always)
  static func fit(
    _ place: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer, greatest: Float, first: Int,
    vectors: Int, keepsHits: Bool
  ) -> Float {
    let count = 1 &- 2 &* first
    var n = 0
    while n < 8 &* vectors {
      let step = first &+ (n < count ? n : count &- 1)
      let inverse = (15 + Float(step) * 0.2) / greatest
      (place + (Place.inverses &+ 4 &* n)).storeBytes(of: inverse, as: Float.self)
      n &+= 1
    }
    n = 0
    while n < vectors {
      let scale = 1 / scales(place, Place.inverses &+ 32 &* n)
      var level = 0
      while level < 8 {
        (place + (Place.multiples &+ 256 &* n &+ 32 &* level)).storeBytes(
          of: scale * Float(2 &* level &+ 1), as: Scales.self)
        level &+= 1
      }
      n &+= 1
    }
    // Ratios beyond 2^20 may be negative ones, or those of an infinite inverse.
    let last = f32(place, Place.inverses, count &- 1)
    let isUsual = last <= 0x1p126 && last * leastMagnitude(place) >= -0x1p20
    let limit = isUsual ? Int32(bitPattern: certain.bitPattern) : -1
    placeCells(place, tables, vectors: vectors, limit: limit)
    if !choosePoints(place, tables, vectors: vectors) { return .nan }
    sumPoints(place, vectors: vectors)

    var scale = greatest / 15
    var explained: Float = 0
    var winner = -1
    var overflow: Float = 0
    n = 0
    while n < count {
      let (cross, square) = (f32(place, Place.crosses, n), f32(place, Place.squares, n))
      // 0 * infinity and NaN stay NaN.
      overflow += 0 * cross + 0 * square
      if square > 0 && cross * cross > explained * square {
        scale = cross / square
        explained = scale * cross
        winner = n
      }
      n &+= 1
    }
    var hits: UInt32 = keepsHits ? 255 : 0
    if winner >= 0 {
      hits = 0
      var group = 0
      while group < 8 {
        let at = 32 &* group &+ winner
        store32(load32(place + Place.chosen, at), place + Place.points, group)
        let entry = load32(tables + Tables.cells, Int(load32(place + Place.cells, at)))
        hits |= (entry &>> 7 & 1) &<< UInt32(truncatingIfNeeded: group)
        group &+= 1
      }
    } else {
      if overflow != 0 { return .nan }
      place.storeBytes(of: SIMD8<UInt32>(), toByteOffset: Place.points, as: SIMD8<UInt32>.self)
    }
    if hits == 255 || !(scale > 0) { return scale }
    if !choosePointsAgain(place, tables, scale, hits: keepsHits ? hits : 0) { return .nan }
    var (cross, square) = (Float(0), Float(0))
    n = 0
    while n < 32 {
      let bits = load32(place + Place.points, n &>> 2) &>> UInt32(truncatingIfNeeded: 8 &* (n & 3))
      let point = pointMagnitude(bits)
      cross += f32(place, Place.products, n) * point
      square += f32(place, Place.costs, n) * point * point
      n &+= 1
    }
    if !(cross - cross == 0 && square - square == 0) { return .nan }
    return square > 0 ? cross / square : scale
  }
}
