extension FourGrids {
  /// The l below `count` for which 2 l + 1 is nearest to `ratio`, as ggml rounds.
  @inline(__always)
  static func nearestLevel(_ ratio: Float, below count: Int32) -> UInt32 {
    let sum = 0.5 * (ratio - 1) + 12_582_912
    let level = Int32(truncatingIfNeeded: sum.bitPattern & 0x7f_ffff) &- 0x40_0000
    let low = level < 0 ? 0 : level
    return UInt32(truncatingIfNeeded: low < count ? low : count &- 1)
  }

  /// Whether the order of the errors of levels at a ratio is beyond doubt.
  @inline(__always)
  static func isCertain(_ ratio: Float) -> Bool {
    let exact = 0.5 * (ratio - 1)
    let distance = exact - ((exact + 12_582_912) - 12_582_912)
    return exact.magnitude <= 0x1p20 && distance.magnitude <= certain
  }

  /// The same for eight scales, below 8, and how far from the exact level that is.
  ///
  /// Distances are those before the levels are confined to 0...7, and wrong beyond 2^22.
  @inline(__always)
  static func nearestLevels(
    _ ratios: Scales, _ zeros: ScaleBits
  ) -> (levels: ScaleBits, distances: Scales) {
    let exact = joined((ratios - 1) * 0.5, zeros)
    let sums = joined(exact + 12_582_912, zeros)
    let distances = exact - (sums - 12_582_912)
    let levels = (unsafeBitCast(sums, to: SIMD8<Int32>.self) & 0x7f_ffff) &- 0x40_0000
    // Masks of what is below 0 and above 7.
    let below = levels &>> 31
    let above = (SIMD8<Int32>(repeating: 7) &- levels) &>> 31
    return (unsafeBitCast((levels | above) & ~below & 7, to: ScaleBits.self), distances)
  }

  /// Negative where a magnitude exceeds the float whose bits `limits` are, or is not a number; all
  /// are if `limits` is -1.
  @inline(__always)
  static func excess(_ values: Scales, _ limits: SIMD8<Int32>) -> SIMD8<Int32> {
    limits &- (unsafeBitCast(values, to: SIMD8<Int32>.self) & 0x7fff_ffff)
  }

  /// The point of a list with the least error at each of eight scales, the first of several.
  @inline(__always)
  static func nearestPoints(
    _ list: UnsafeRawPointer, _ count: Int, _ multiples: UnsafeMutableRawPointer,
    _ magnitudes: (Scales, Scales, Scales, Scales), _ roots: (Scales, Scales, Scales, Scales),
    _ zeros: ScaleBits
  ) -> ScaleBits {
    var least = Scales(repeating: Float.greatestFiniteMagnitude)
    var best = ScaleBits(repeating: noPoint)
    var n = 0
    while n < count {
      let point = load32(list, n)
      let d0 = scales(multiples, Int(point & 255)) - magnitudes.0
      let d1 = scales(multiples, Int(point &>> 8 & 255)) - magnitudes.1
      let d2 = scales(multiples, Int(point &>> 16 & 255)) - magnitudes.2
      let d3 = scales(multiples, Int(point &>> 24)) - magnitudes.3
      var error = roots.0 * d0 * d0
      error += roots.1 * d1 * d1
      error += roots.2 * d2 * d2
      error += roots.3 * d3 * d3
      error = joined(error, zeros)
      let isBetter = error .< least
      least.replace(with: error, where: isBetter)
      best.replace(with: ScaleBits(repeating: point), where: isBetter)
      n &+= 1
    }
    return best
  }

  /// The cells of all groups at all scales, with 4096 added for those whose short list will do.
  ///
  /// Where all levels are nearer than the float with the bits `limit`, the order of the errors of
  /// levels is that of their distances, by which the short lists were made: a neighbour that has no
  /// better level than another one is not better, and stands after it in the list. Rounding keeps
  /// such an order.
  @inline(__always)
  static func placeCells(
    _ place: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer, vectors: Int, limit: Int32
  ) {
    let limits = SIMD8<Int32>(repeating: limit)
    let zeros = (tables + Tables.zeros).loadUnaligned(as: ScaleBits.self)
    var group = 0
    while group < 8 {
      let at = 4 &* group
      let x0 = Scales(repeating: f32(place, Place.magnitudes, at))
      let x1 = Scales(repeating: f32(place, Place.magnitudes, at &+ 1))
      let x2 = Scales(repeating: f32(place, Place.magnitudes, at &+ 2))
      let x3 = Scales(repeating: f32(place, Place.magnitudes, at &+ 3))
      var vector = 0
      while vector < vectors {
        let inverse = scales(place, Place.inverses &+ 32 &* vector)
        let first = nearestLevels(inverse * x0, zeros)
        let second = nearestLevels(inverse * x1, zeros)
        let third = nearestLevels(inverse * x2, zeros)
        let fourth = nearestLevels(inverse * x3, zeros)
        let doubts =
          excess(first.distances, limits) | excess(second.distances, limits)
          | excess(third.distances, limits) | excess(fourth.distances, limits)
        let isNear = unsafeBitCast(~(doubts &>> 31) & 4096, to: ScaleBits.self)
        let cells =
          first.levels | second.levels &<< 3 | third.levels &<< 6 | fourth.levels &<< 9 | isNear
        (place + (Place.cells &+ 128 &* group &+ 32 &* vector)).storeBytes(
          of: cells, as: ScaleBits.self)
        vector &+= 1
      }
      group &+= 1
    }
  }

  /// The points of all cells.
  ///
  /// - Returns: whether each has one: the errors of all neighbours of a cell may overflow.
  @inline(__always)
  static func choosePoints(
    _ place: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer, vectors: Int
  ) -> Bool {
    let zeros = (tables + Tables.zeros).loadUnaligned(as: ScaleBits.self)
    var seen = ScaleBits()
    var group = 0
    while group < 8 {
      let at = 4 &* group
      let x = (
        Scales(repeating: f32(place, Place.magnitudes, at)),
        Scales(repeating: f32(place, Place.magnitudes, at &+ 1)),
        Scales(repeating: f32(place, Place.magnitudes, at &+ 2)),
        Scales(repeating: f32(place, Place.magnitudes, at &+ 3))
      )
      let roots = (
        Scales(repeating: f32(place, Place.roots, at)),
        Scales(repeating: f32(place, Place.roots, at &+ 1)),
        Scales(repeating: f32(place, Place.roots, at &+ 2)),
        Scales(repeating: f32(place, Place.roots, at &+ 3))
      )
      var vector = 0
      while vector < vectors {
        let row = place + (Place.cells &+ 128 &* group &+ 32 &* vector)
        let cells = row.loadUnaligned(as: ScaleBits.self)
        let multiples = place + (Place.multiples &+ 256 &* vector)
        var chosen = ScaleBits()
        var lane = 0
        while lane < 8 {
          let cell = load32(row, lane)
          let entry = load32(tables + Tables.cells, Int(cell))
          let list = tables + (Tables.lists &+ 4 &* Int(entry &>> 8))
          let points =
            entry & 128 != 0
            ? ScaleBits(repeating: load32(list, 0))
            : nearestPoints(list, Int(entry & 127), multiples, x, roots, zeros)
          chosen.replace(with: points, where: cells .== ScaleBits(repeating: cell))
          repeat { lane &+= 1 } while lane < 8 && load32(row, lane) == cell
        }
        seen |= chosen
        (place + (Place.chosen &+ 128 &* group &+ 32 &* vector)).storeBytes(
          of: chosen, as: ScaleBits.self)
        vector &+= 1
      }
      group &+= 1
    }
    let halves = unsafeBitCast(seen, to: SIMD4<UInt64>.self)
    return (halves.x | halves.y | halves.z | halves.w) & 0x1_0000_0001 == 0
  }

  /// Looks the points up again at the fitted scale, all of them or those that are no hits.
  ///
  /// - Returns: whether each has one.
  @inline(__always)
  static func choosePointsAgain(
    _ place: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer, _ scale: Float, hits: UInt32
  ) -> Bool {
    let inverse = 1 / scale
    var level: Float = 1
    var at = Place.multiples
    while level < 16 {
      (place + at).storeBytes(of: scale * level, as: Float.self)
      at &+= 32
      level += 2
    }
    var group = 0
    while group < 8 {
      if hits &>> UInt32(truncatingIfNeeded: group) & 1 == 0 {
        let x = place + (Place.magnitudes &+ 16 &* group)
        let (x0, x1, x2, x3) = (f32(x, 0, 0), f32(x, 0, 1), f32(x, 0, 2), f32(x, 0, 3))
        let cell =
          nearestLevel(inverse * x0, below: 8) | nearestLevel(inverse * x1, below: 8) &<< 3
          | nearestLevel(inverse * x2, below: 8) &<< 6 | nearestLevel(inverse * x3, below: 8) &<< 9
        let isNear =
          isCertain(inverse * x0) && isCertain(inverse * x1) && isCertain(inverse * x2)
          && isCertain(inverse * x3)
        let entries = tables + (isNear ? Tables.shortCells : Tables.cells)
        let entry = load32(entries, Int(cell))
        let list = tables + (Tables.lists &+ 4 &* Int(entry &>> 8))
        var best = load32(list, 0)
        if entry & 128 == 0 {
          let roots = place + (Place.roots &+ 16 &* group)
          let (r0, r1) = (f32(roots, 0, 0), f32(roots, 0, 1))
          let (r2, r3) = (f32(roots, 0, 2), f32(roots, 0, 3))
          var least = Float.greatestFiniteMagnitude
          best = noPoint
          var n = 0
          while n < Int(entry & 127) {
            let point = load32(list, n)
            let d0 = f32(place, Place.multiples &+ Int(point & 255), 0) - x0
            let d1 = f32(place, Place.multiples &+ Int(point &>> 8 & 255), 0) - x1
            let d2 = f32(place, Place.multiples &+ Int(point &>> 16 & 255), 0) - x2
            let d3 = f32(place, Place.multiples &+ Int(point &>> 24), 0) - x3
            var error = r0 * d0 * d0
            error += r1 * d1 * d1
            error += r2 * d2 * d2
            error += r3 * d3 * d3
            best = error < least ? point : best
            least = error < least ? error : least
            n &+= 1
          }
          if best == noPoint { return false }
        }
        store32(best, place + Place.points, group)
      }
      group &+= 1
    }
    return true
  }
}
