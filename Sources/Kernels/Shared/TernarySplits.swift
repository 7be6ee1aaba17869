// The best way to split the sorted weights of a sub-block of the IQ1 types into three parts.
//
// What a way costs and gains is a sum of what its two ranks do. All ways are first looked at with
// such sums, 8 at a time, against a score that the best one surely reaches. The few that are left are
// then taken in order, with sums in ggml's order.

/// A way to split: scale, score, ranks where the second and the third part begin, shifts.
///
/// Shifts are below 0 if no sums were positive. A struct would bring weak code for its values.
typealias TernarySplit = (scale: Float, score: Float, first: Int, second: Int, shifts: Int)

/// Takes a way if it beats the best so far.
@inline(__always)
private func take(
  _ split: inout TernarySplit, _ product: Float, _ square: Float, _ first: Int, _ second: Int,
  _ shifts: Int
) {
  guard square > 0, product * product > split.score * square else { return }
  split.scale = product / square
  split.score = split.scale * product
  split.first = first
  split.second = second
  split.shifts = shifts
}

/// Rows of 48 f32, by `kinds`, the number of ways that the shifts can be.
///
/// 0: sums of products. From 1 on, per kind: what a second rank adds to the squares; after these,
/// what a first rank adds. After these the same once more, less products: see `fillRows`.
@inline(__always)
private func row(_ space: UnsafeMutableRawPointer, _ number: Int) -> UnsafeMutableRawPointer {
  space + (1408 &+ 192 &* number)
}

@inline(__always)
private func floats(_ place: UnsafeRawPointer) -> GridFloats {
  place.loadUnaligned(as: GridFloats.self)
}

@inline(__always)
private func words(_ values: GridFloats) -> SIMD8<UInt32> {
  unsafeBitCast(values, to: SIMD8<UInt32>.self)
}

@inline(__always)
private func isAnyNegative(_ words: SIMD8<UInt32>) -> Bool {
  let quads = unsafeBitCast(words, to: SIMD4<UInt64>.self)
  return (quads[0] | quads[1] | quads[2] | quads[3]) & 0x8000_0000_8000_0000 != 0
}

/// The bits of 8 lanes, `width` of each, in one number.
@inline(__always)
private func joined(_ bits: SIMD8<UInt32>, _ places: SIMD8<UInt32>) -> UInt32 {
  let quads = unsafeBitCast(bits &* places, to: SIMD4<UInt64>.self)
  let all = quads[0] | quads[1] | quads[2] | quads[3]
  return UInt32(truncatingIfNeeded: all | all &>> 32)
}

/// A score that the best way surely beats, from some ways that are often good; 0 if every way is to
/// be looked at in order.
///
/// What is below cannot be the last that is taken. A way that beats the best so far by rounding only
/// can lower it by 5 parts in 2^24, and there are some hundred ways. The best score is at least 0.6
/// * sum(cost * |weight|)^2 / sum(cost), and squares are at least 1/64 of all costs: ways that come
/// near it have sums whose roundings matter less than 1 part in 1024, so that 1 part in 512 is
/// enough. All of this needs costs that are not negative, and sums far from the ends of f32's range.
/// - Parameter total: the sum of all costs.
@inline(__always)
private func floorScore(
  _ space: UnsafeMutableRawPointer, _ scores: GridFloats, _ total: Float, _ count: Int
) -> Float {
  (space + 5824 + 32).storeBytes(of: scores, as: GridFloats.self)
  var best: UInt32 = 0
  var lane = 0
  while lane < 8 {
    // Scores are not negative: their bits are in their order, and NaN is above all.
    let score = load32(space + 5824 + 32, lane)
    best = score > best ? score : best
    lane &+= 1
  }
  var signs = words((space + 128).load(as: GridFloats.self))
  var i = 8
  while i < count {
    signs |= words((space + (128 &+ 4 &* i)).load(as: GridFloats.self))
    i &+= 8
  }
  let score = Float(bitPattern: best)
  let size = score * total
  guard
    total > 1e-30, total < 1e18, score > 1e-35, size > 1e-28, size < 1e30, !isAnyNegative(signs)
  else { return 0 }
  return score * (1 - 1.0 / 512)
}

/// The greater of scores and product^2 / square.
@inline(__always)
private func greater(
  _ scores: GridFloats, _ product: GridFloats, _ square: GridFloats
) -> GridFloats {
  let score = product * product / square
  return scores.replacing(with: score, where: score .> scores)
}

/// Fills the rows that are summed up for a floor.
///
/// A way is above the floor if floor * (x + y) - (u - p)^2 is negative, with p from its second rank:
/// that is floor * x - u^2, from the first rank, and floor * y - p^2, from the second, and 2 u p.
@inline(__always)
private func fillRows(
  _ space: UnsafeMutableRawPointer, _ kinds: Int, _ count: Int, _ floor: Float, _ tops: SIMD4<Float>
) {
  var i = 0
  while i < count {
    let products = row(space, 0) + 4 &* i
    let product = floats(products)
    let square = product * product
    let source = products + 192
    let target = source + 384 &* kinds
    var kind = 0
    while kind < kinds {
      let place = 192 &* kind
      let turned = 192 &* (kind &+ kinds)
      let rest = tops[kind] - product
      (target + place).storeBytes(
        of: floats(source + place) * floor - square, as: GridFloats.self)
      (target + turned).storeBytes(
        of: floats(source + turned) * floor - rest * rest, as: GridFloats.self)
      kind &+= 1
    }
    i &+= 8
  }
}

/// The floor that a split gives, if it is so much better that filling rows again is worth while.
@inline(__always)
private func betterFloor(_ split: TernarySplit, _ floor: Float) -> Float {
  let better = split.score * (1 - 1.0 / 512)
  return better > floor * 1.002 ? better : 0
}

/// NaN, which never beats anything, behind the last rank of four rows of sums.
@inline(__always)
private func closeRows(_ space: UnsafeMutableRawPointer, _ rows: Int, _ from: Int) {
  let never = GridFloats(repeating: Float(bitPattern: 0x7fc0_0000))
  var number = 0
  while number < rows {
    let place = space + (640 &+ 192 &* number &+ 4 &* from)
    place.storeBytes(of: never, as: GridFloats.self)
    (place + 28).storeBytes(of: never, as: GridFloats.self)
    number &+= 1
  }
}

/// The best split of 32 weights with one shift, 0 up or 1 down.
///
/// Nil if sums overflow.
@inline(__always)
func splitTernary32(_ space: UnsafeMutableRawPointer) -> TernarySplit? {
  let products = space + 640
  let squares = space + 832
  var i = 0
  while i < 32 {
    let place = space + 4 &* i
    let cost = floats(place + 128)
    (row(space, 4) + 4 &* i).storeBytes(of: cost * floats(place), as: GridFloats.self)
    i &+= 8
  }
  var product: Float = 0
  var square: Float = 0
  store32(0, products, 0)
  store32(0, squares, 0)
  var rank = 0
  while rank < 32 {
    let i = Int(load32(space + 384, rank))
    product += gridFloat(row(space, 4), i)
    square += gridFloat(space + 128, i)
    rank &+= 1
    store32(product.bitPattern, products, rank)
    store32(square.bitPattern, squares, rank)
  }
  guard product.magnitude < .infinity, square.magnitude < .infinity else { return nil }
  closeRows(space, 2, 33)
  let upTotal = 1.265_625 * square
  let downTotal = 0.765_625 * square
  i = 0
  while i < 40 {
    let cost = floats(squares + 4 &* i)
    let target = row(space, 0) + 4 &* i
    target.storeBytes(of: floats(products + 4 &* i), as: GridFloats.self)
    (target + 192).storeBytes(of: cost * -1.25, as: GridFloats.self)
    (target + 384).storeBytes(of: cost * -0.75, as: GridFloats.self)
    (target + 576).storeBytes(of: cost * 0.75 + upTotal, as: GridFloats.self)
    (target + 768).storeBytes(of: cost * 1.25 + downTotal, as: GridFloats.self)
    i &+= 8
  }
  let top0 = product * 1.125
  let top1 = product * 0.875
  let tops = SIMD4<Float>(top0, top1, 0, 0)
  var split: TernarySplit = (0, -.greatestFiniteMagnitude, 0, 0, -1)
  var scores = GridFloats.zero
  var first = 6
  while first <= 14 {
    let place = row(space, 0) + 4 &* (26 &- first)
    let base = row(space, 3) + 4 &* first
    let high = floats(place)
    let low = gridFloat(products, first)
    scores = greater(scores, (top0 - low) - high, gridFloat(base, 0) + floats(place + 192))
    scores = greater(scores, (top1 - low) - high, gridFloat(base, 48) + floats(place + 384))
    first &+= 2
  }
  var floor = floorScore(space, scores, square, 32)
  if floor == 0 {
    takeAll(&split, space, 32, 2)
    return split
  }
  fillRows(space, 2, 40, floor, tops)
  let zeros = gridZeros(space)
  let ways = row(space, 5)
  first = 0
  while first <= 32 {
    let low = gridFloat(products, first)
    let up = GridFloats(repeating: 2 * (top0 - low))
    let down = GridFloats(repeating: 2 * (top1 - low))
    let base = ways + (384 &+ 4 &* first)
    let upBase = GridFloats(repeating: gridFloat(base, 0))
    let downBase = GridFloats(repeating: gridFloat(base, 48))
    var all = SIMD8<UInt32>.zero
    var second = first
    while second <= 32 {
      let place = ways + 4 &* second
      let high = floats(products + 4 &* second)
      all |= words((upBase + floats(place)) + up * high) &+ zeros
      all |= words((downBase + floats(place + 192)) + down * high) &+ zeros
      second &+= 8
    }
    if isAnyNegative(all) {
      second = first
      while second <= 32 {
        let place = ways + 4 &* second
        let high = floats(products + 4 &* second)
        let way0 = words((upBase + floats(place)) + up * high)
        let way1 = words((downBase + floats(place + 192)) + down * high)
        let bits = way0 &>> 31 | (way1 &>> 31) &<< 1
        var left = joined(bits, SIMD8<UInt32>(1, 4, 16, 64, 256, 1024, 4096, 16384))
        while left != 0 {
          let way = left.trailingZeroBitCount
          take32(&split, space, first, second &+ (way &>> 1), way & 1)
          left &= left &- 1
        }
        second &+= 8
      }
      let better = betterFloor(split, floor)
      if better > 0 {
        floor = better
        fillRows(space, 2, 40, floor, tops)
      }
    }
    first &+= 1
  }
  return split
}

/// Every way in order.
@inline(never)
private func takeAll(
  _ split: inout TernarySplit, _ space: UnsafeRawPointer, _ count: Int, _ kinds: Int
) {
  var first = 0
  while first <= count {
    var second = first
    while second <= count {
      var kind = 0
      while kind < kinds {
        if kinds == 2 {
          take32(&split, space, first, second, kind)
        } else {
          take16(&split, space, first, second, kind)
        }
        kind &+= 1
      }
      second &+= 1
    }
    first &+= 1
  }
}

/// Takes a way to split 32 weights.
@inline(never)
private func take32(
  _ split: inout TernarySplit, _ space: UnsafeRawPointer, _ first: Int, _ second: Int, _ kind: Int
) {
  let products = space + 640
  let squares = space + 832
  let low: Float = kind == 0 ? -0.875 : -1.125
  let middle: Float = kind == 0 ? 0.125 : -0.125
  let high: Float = kind == 0 ? 1.125 : 0.875
  let product =
    gridFloat(products, first) * low
    + (gridFloat(products, second) - gridFloat(products, first)) * middle
    + (gridFloat(products, 32) - gridFloat(products, second)) * high
  let square =
    gridFloat(squares, first) * low * low
    + (gridFloat(squares, second) - gridFloat(squares, first)) * middle * middle
    + (gridFloat(squares, 32) - gridFloat(squares, second)) * high * high
  take(&split, product, square, first, second, kind)
}

/// Takes a way to split 16 weights.
@inline(never)
private func take16(
  _ split: inout TernarySplit, _ space: UnsafeRawPointer, _ first: Int, _ second: Int, _ kind: Int
) {
  let a = kind &>> 1
  let b = kind & 1
  let low = space + (640 &+ 4 &* first)
  let high = space + (640 &+ 4 &* second)
  let sums = space + 5824
  let product =
    (gridFloat(sums, a) - (gridFloat(low, 0) + gridFloat(high, 0)))
    + (gridFloat(sums, 2 &+ b) - (gridFloat(low, 48) + gridFloat(high, 48)))
  let square =
    (gridFloat(sums, 4 &+ a) + gridFloat(low, 96) * (a == 0 ? 0.75 : 1.25)
      + gridFloat(high, 96) * (a == 0 ? -1.25 : -0.75))
    + (gridFloat(sums, 6 &+ b) + gridFloat(low, 144) * (b == 0 ? 0.75 : 1.25)
      + gridFloat(high, 144) * (b == 0 ? -1.25 : -0.75))
  take(&split, product, square, first, second, kind)
}

/// Sums of either half up to each rank, in rows at 640: products, then costs.
///
/// - Returns: the four totals.
@inline(__always)
private func sumHalves(_ space: UnsafeMutableRawPointer) -> SIMD4<Float> {
  // What a weight adds to each sum; zeros in the other half change nothing.
  let low = floats(space) * floats(space + 128)
  let high = floats(space + 32) * floats(space + 160)
  let terms = row(space, 0)
  terms.storeBytes(of: low, as: GridFloats.self)
  (terms + 32).storeBytes(of: .zero, as: GridFloats.self)
  (terms + 64).storeBytes(of: .zero, as: GridFloats.self)
  (terms + 96).storeBytes(of: high, as: GridFloats.self)
  (terms + 128).storeBytes(of: floats(space + 128), as: GridFloats.self)
  (terms + 160).storeBytes(of: .zero, as: GridFloats.self)
  (terms + 192).storeBytes(of: .zero, as: GridFloats.self)
  (terms + 224).storeBytes(of: floats(space + 160), as: GridFloats.self)
  var product0: Float = 0
  var product1: Float = 0
  var cost0: Float = 0
  var cost1: Float = 0
  var rank = 0
  while true {
    let place = space + (640 &+ 4 &* rank)
    store32(product0.bitPattern, place, 0)
    store32(product1.bitPattern, place, 48)
    store32(cost0.bitPattern, place, 96)
    store32(cost1.bitPattern, place, 144)
    if rank == 16 { break }
    let i = Int(load32(space + 384, rank))
    product0 += gridFloat(terms, i)
    product1 += gridFloat(terms, i &+ 16)
    cost0 += gridFloat(terms, i &+ 32)
    cost1 += gridFloat(terms, i &+ 48)
    rank &+= 1
  }
  return SIMD4<Float>(product0, product1, cost0, cost1)
}

/// The best split of 16 weights with a shift for either half.
///
/// Shifts are twice that of the first, and that of the second. Nil if sums overflow.
@inline(__always)
func splitTernary16(_ space: UnsafeMutableRawPointer) -> TernarySplit? {
  let totals = sumHalves(space)
  guard
    totals[0].magnitude < .infinity, totals[1].magnitude < .infinity,
    totals[2].magnitude < .infinity, totals[3].magnitude < .infinity
  else { return nil }
  closeRows(space, 4, 17)
  let sums = space + 5824
  store32((totals[0] * 1.125).bitPattern, sums, 0)
  store32((totals[0] * 0.875).bitPattern, sums, 1)
  store32((totals[1] * 1.125).bitPattern, sums, 2)
  store32((totals[1] * 0.875).bitPattern, sums, 3)
  store32((totals[2] * 1.125 * 1.125).bitPattern, sums, 4)
  store32((totals[2] * 0.875 * 0.875).bitPattern, sums, 5)
  store32((totals[3] * 1.125 * 1.125).bitPattern, sums, 6)
  store32((totals[3] * 0.875 * 0.875).bitPattern, sums, 7)
  let total0 = gridFloat(sums, 4) + gridFloat(sums, 6)
  let total1 = gridFloat(sums, 4) + gridFloat(sums, 7)
  let total2 = gridFloat(sums, 5) + gridFloat(sums, 6)
  let total3 = gridFloat(sums, 5) + gridFloat(sums, 7)
  var i = 0
  while i < 24 {
    let place = space + (640 &+ 4 &* i)
    let cost0 = floats(place + 384)
    let cost1 = floats(place + 576)
    let target = row(space, 0) + 4 &* i
    target.storeBytes(of: floats(place) + floats(place + 192), as: GridFloats.self)
    let less0 = cost0 * 0.75
    let more0 = cost0 * 1.25
    let less1 = cost1 * 0.75
    let more1 = cost1 * 1.25
    let upUp = more0 + more1
    let upDown = more0 + less1
    let downUp = less0 + more1
    let downDown = less0 + less1
    (target + 192).storeBytes(of: 0 - upUp, as: GridFloats.self)
    (target + 384).storeBytes(of: 0 - upDown, as: GridFloats.self)
    (target + 576).storeBytes(of: 0 - downUp, as: GridFloats.self)
    (target + 768).storeBytes(of: 0 - downDown, as: GridFloats.self)
    (target + 960).storeBytes(of: total0 + downDown, as: GridFloats.self)
    (target + 1152).storeBytes(of: total1 + downUp, as: GridFloats.self)
    (target + 1344).storeBytes(of: total2 + upDown, as: GridFloats.self)
    (target + 1536).storeBytes(of: total3 + upUp, as: GridFloats.self)
    i &+= 8
  }
  let top0 = gridFloat(sums, 0) + gridFloat(sums, 2)
  let top1 = gridFloat(sums, 0) + gridFloat(sums, 3)
  let top2 = gridFloat(sums, 1) + gridFloat(sums, 2)
  let top3 = gridFloat(sums, 1) + gridFloat(sums, 3)
  var scores = GridFloats.zero
  var first = 2
  while first <= 6 {
    let place = row(space, 0) + 4 &* (12 &- first)
    let base = row(space, 5) + 4 &* first
    let product = floats(place)
    let low = gridFloat(row(space, 0), first)
    scores = greater(scores, (top0 - low) - product, gridFloat(base, 0) + floats(place + 192))
    scores = greater(scores, (top1 - low) - product, gridFloat(base, 48) + floats(place + 384))
    scores = greater(scores, (top2 - low) - product, gridFloat(base, 96) + floats(place + 576))
    scores = greater(scores, (top3 - low) - product, gridFloat(base, 144) + floats(place + 768))
    first &+= 2
  }
  var split: TernarySplit = (0, -.greatestFiniteMagnitude, 0, 0, -1)
  var floor = floorScore(space, scores, totals[2] + totals[3], 16)
  if floor == 0 {
    takeAll(&split, space, 16, 4)
    return split
  }
  let tops = SIMD4<Float>(top0, top1, top2, top3)
  fillRows(space, 4, 24, floor, tops)
  let zeros = gridZeros(space)
  let products = row(space, 0)
  let ways = row(space, 9)
  first = 0
  while first <= 16 {
    let low = gridFloat(products, first)
    let base = ways + (768 &+ 4 &* first)
    let slope0 = GridFloats(repeating: 2 * (top0 - low))
    let slope1 = GridFloats(repeating: 2 * (top1 - low))
    let slope2 = GridFloats(repeating: 2 * (top2 - low))
    let slope3 = GridFloats(repeating: 2 * (top3 - low))
    let base0 = GridFloats(repeating: gridFloat(base, 0))
    let base1 = GridFloats(repeating: gridFloat(base, 48))
    let base2 = GridFloats(repeating: gridFloat(base, 96))
    let base3 = GridFloats(repeating: gridFloat(base, 144))
    var all = SIMD8<UInt32>.zero
    var second = first
    while second <= 16 {
      let place = ways + 4 &* second
      let high = floats(products + 4 &* second)
      all |= words((base0 + floats(place)) + slope0 * high) &+ zeros
      all |= words((base1 + floats(place + 192)) + slope1 * high) &+ zeros
      all |= words((base2 + floats(place + 384)) + slope2 * high) &+ zeros
      all |= words((base3 + floats(place + 576)) + slope3 * high) &+ zeros
      second &+= 8
    }
    if isAnyNegative(all) {
      second = first
      while second <= 16 {
        let place = ways + 4 &* second
        let high = floats(products + 4 &* second)
        let way0 = words((base0 + floats(place)) + slope0 * high)
        let way1 = words((base1 + floats(place + 192)) + slope1 * high)
        let way2 = words((base2 + floats(place + 384)) + slope2 * high)
        let way3 = words((base3 + floats(place + 576)) + slope3 * high)
        let bits = way0 &>> 31 | (way1 &>> 31) &<< 1 | (way2 &>> 31) &<< 2 | (way3 &>> 31) &<< 3
        var left = joined(
          bits, SIMD8<UInt32>(1, 16, 256, 4096, 1 &<< 16, 1 &<< 20, 1 &<< 24, 1 &<< 28))
        while left != 0 {
          let way = left.trailingZeroBitCount
          take16(&split, space, first, second &+ (way &>> 2), way & 3)
          left &= left &- 1
        }
        second &+= 8
      }
      let better = betterFloor(split, floor)
      if better > 0 {
        floor = better
        fillRows(space, 4, 24, floor, tops)
      }
    }
    first &+= 1
  }
  return split
}
