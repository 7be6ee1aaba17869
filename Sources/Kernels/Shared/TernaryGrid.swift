// The search of the IQ1 types: Quantization/Codebooks/TernarySearch.swift is the specification. Ways
// to split a sub-block are tried 8 at a time; those that beat the best so far are then taken in
// order, one by one, as ggml takes them.

/// Memory of a search, by offset in bytes.
///
/// Vectors lie at multiples of 32 bytes.
///
/// ```
/// 0      32 weights; 128: 32 costs
/// 256    ranks of the weights (u32)
/// 384    places of the weights in ascending order (u32)
/// 512    digits of the weights (u32)
/// 640    4 rows of 48: sums of cost * weight up to a rank (second row: of the second half), and of
///        costs
/// 1408   8 rows of 48: what the highest part adds, by sum and shift
/// 2944   8 rows of 8: sums of the ways that are tried
/// 3200   tables of `nearestNeighbour`: 2304 bytes
/// 5504   squares of blocks; 5568: scales of 16 sub-blocks; 5632: 32 indexes (u16); 5696: 16 shifts
/// 5760   packed digits of four groups (u32)
/// ```
let ternarySpace = 5824

/// Fills weights and costs.
///
/// - Returns: the greatest magnitude.
@inline(__always)
func fillTernary(
  _ space: UnsafeMutableRawPointer, _ weights: UnsafeRawPointer, _ importance: UnsafeRawPointer?,
  _ count: Int, _ spread: Float
) -> Float {
  var greatest: UInt32 = 0
  var i = 0
  while i < count {
    let weight = (weights + 4 &* i).loadUnaligned(as: GridFloats.self)
    let place = space + 4 &* i
    // Negative zeros become zeros, whose differences have no sign.
    place.storeBytes(of: weight + 0, as: GridFloats.self)
    if let importance {
      (place + 128).storeBytes(of: spread + weight * weight, as: GridFloats.self)
      storeRoots(place + 128)
      let root = (place + 128).load(as: GridFloats.self)
      let cost = (importance + 4 &* i).loadUnaligned(as: GridFloats.self) * root
      (place + 128).storeBytes(of: cost, as: GridFloats.self)
    } else {
      (place + 128).storeBytes(of: weight * weight, as: GridFloats.self)
    }
    i &+= 8
  }
  i = 0
  while i < count {
    let bits = load32(space, i) & 0x7fff_ffff
    greatest = bits > greatest ? bits : greatest
    i &+= 1
  }
  return Float(bitPattern: greatest)
}

/// 1 where a number is negative.
@inline(__always)
private func signs(_ values: GridFloats) -> SIMD8<UInt32> {
  unsafeBitCast(values, to: SIMD8<UInt32>.self) &>> 31
}

/// The order of `count` weights: how many are less, or equal and earlier, is the rank of each.
@inline(__always)
func sortTernary(_ space: UnsafeMutableRawPointer, _ count: Int) {
  // The sign of a difference says which is less; masks of comparisons cost more.
  let lanes = GridFloats(0, 1, 2, 3, 4, 5, 6, 7)
  var i = 0
  while i < count {
    let values = (space + 4 &* i).load(as: GridFloats.self)
    var ranks = SIMD8<UInt32>.zero
    var j = 0
    while j < i {
      ranks = ranks &+ 1 &- signs(values - gridFloat(space, j))
      j &+= 1
    }
    while j < i &+ 8 {
      let other = gridFloat(space, j)
      let isLater = signs(Float(j &- i) - lanes)
      ranks = ranks &+ (signs(other - values) | (1 &- signs(values - other)) & isLater)
      j &+= 1
    }
    while j < count {
      ranks = ranks &+ signs(gridFloat(space, j) - values)
      j &+= 1
    }
    (space + (256 &+ 4 &* i)).storeBytes(of: ranks, as: SIMD8<UInt32>.self)
    i &+= 8
  }
  i = 0
  while i < count {
    store32(UInt32(truncatingIfNeeded: i), space + 384, Int(load32(space + 256, i)))
    i &+= 1
  }
}

/// A way to split: scale, score, ranks where the second and the third part begin, shifts.
///
/// Shifts are below 0 if no sums were positive. A struct would bring weak code for its values.
typealias TernarySplit = (scale: Float, score: Float, first: Int, second: Int, shifts: Int)

/// Negative where a lane beats a score; also where its square is negative.
@inline(__always)
private func beating(
  _ product: GridFloats, _ square: GridFloats, _ score: GridFloats
) -> SIMD8<UInt32> {
  unsafeBitCast(score * square - product * product, to: SIMD8<UInt32>.self)
}

@inline(__always)
private func isAnyNegative(_ words: SIMD8<UInt32>) -> Bool {
  let quads = unsafeBitCast(words, to: SIMD4<UInt64>.self)
  return (quads[0] | quads[1] | quads[2] | quads[3]) & 0x8000_0000_8000_0000 != 0
}

/// A score that the best way surely beats, from some ways that are often good: what is below cannot
/// be the last that is taken, so that it need not be looked at.
///
/// A way that beats the best so far by rounding only can lower it by 5 parts in 2^24; there are some
/// hundred ways, so that 1 part in 512 is far from reach. All of this needs sums that are far from
/// the ends of f32's range: otherwise every way is looked at.
/// - Parameter total: the sum of all costs.
@inline(__always)
private func floorScore(
  _ space: UnsafeMutableRawPointer, _ scores: GridFloats, _ total: Float
) -> Float {
  (space + 2944).storeBytes(of: scores, as: GridFloats.self)
  var best: Float = 0
  var lane = 0
  while lane < 8 {
    let score = gridFloat(space + 2944, lane)
    best = score > best ? score : best
    lane &+= 1
  }
  let size = best * total
  let isOrdinary = total > 1e-25 && total < 1e25 && size > 1e-25 && size < 1e25
  return isOrdinary ? best * (1 - 1.0 / 512) : -.greatestFiniteMagnitude
}

/// The greater of two scores of each lane, the second as square of a product over a square.
@inline(__always)
private func greater(
  _ scores: GridFloats, _ product: GridFloats, _ square: GridFloats
) -> GridFloats {
  let score = product * product / square
  return scores.replacing(with: score, where: score .> scores)
}

/// Takes the ways of 8 lanes in order: `kinds` sums each, stored at 2944 as products and squares.
@inline(never)
private func takeLanes(
  _ split: inout TernarySplit, _ space: UnsafeRawPointer, _ first: Int, _ second: Int,
  _ kinds: Int, _ last: Int, _ floor: Float
) {
  var lane = 0
  while lane < 8 && second &+ lane <= last {
    var kind = 0
    while kind < kinds {
      let product = gridFloat(space + (2944 &+ 64 &* kind), lane)
      let square = gridFloat(space + (2976 &+ 64 &* kind), lane)
      let level = product * product
      if square > 0 && level > split.score * square && level > floor * square {
        split.scale = product / square
        split.score = split.scale * product
        split.first = first
        split.second = second &+ lane
        split.shifts = kind
      }
      kind &+= 1
    }
    lane &+= 1
  }
}

/// A floor for the best split of 32 weights.
@inline(__always)
private func coarse32(_ space: UnsafeMutableRawPointer, _ total: Float) -> Float {
  var scores = GridFloats.zero
  var first = 6
  while first <= 14 {
    let low = gridFloat(space + 640, first)
    let lowCost = gridFloat(space + 832, first)
    let place = 4 &* (26 &- first)
    let middle = ((space + (640 &+ place)).loadUnaligned(as: GridFloats.self) - low) * 0.125
    let middleCost =
      ((space + (832 &+ place)).loadUnaligned(as: GridFloats.self) - lowCost) * 0.015_625
    let tops = space + (1408 &+ place)
    let up = low * -0.875 + middle + tops.loadUnaligned(as: GridFloats.self)
    let down = low * -1.125 - middle + (tops + 192).loadUnaligned(as: GridFloats.self)
    let upCost =
      lowCost * 0.765_625 + middleCost + (tops + 384).loadUnaligned(as: GridFloats.self)
    let downCost =
      lowCost * 1.265_625 + middleCost + (tops + 576).loadUnaligned(as: GridFloats.self)
    scores = greater(greater(scores, up, upCost), down, downCost)
    first &+= 2
  }
  return floorScore(space, scores, total)
}

/// The best split of 32 weights with one shift, 0 up or 1 down.
///
/// Nil if sums overflow.
@inline(__always)
func splitTernary32(_ space: UnsafeMutableRawPointer) -> TernarySplit? {
  let products = space + 640
  let squares = space + (640 &+ 192)
  var product: Float = 0
  var square: Float = 0
  store32(0, products, 0)
  store32(0, squares, 0)
  var rank = 0
  while rank < 32 {
    let i = Int(load32(space + 384, rank))
    let cost = gridFloat(space + 128, i)
    product += cost * gridFloat(space, i)
    square += cost
    rank &+= 1
    store32(product.bitPattern, products, rank)
    store32(square.bitPattern, squares, rank)
  }
  guard product.magnitude < .infinity, square.magnitude < .infinity else { return nil }
  var i = 33
  while i < 48 {
    // Never better than anything.
    store32(0x7fc0_0000, products, i)
    store32(0x7fc0_0000, squares, i)
    i &+= 1
  }
  i = 0
  while i < 40 {
    let upper = product - (products + 4 &* i).load(as: GridFloats.self)
    let upperCost = square - (squares + 4 &* i).load(as: GridFloats.self)
    let place = space + (1408 &+ 4 &* i)
    place.storeBytes(of: upper * 1.125, as: GridFloats.self)
    (place + 192).storeBytes(of: upper * 0.875, as: GridFloats.self)
    (place + 384).storeBytes(of: upperCost * 1.125 * 1.125, as: GridFloats.self)
    (place + 576).storeBytes(of: upperCost * 0.875 * 0.875, as: GridFloats.self)
    i &+= 8
  }
  var split: TernarySplit = (0, -.greatestFiniteMagnitude, 0, 0, -1)
  let floor = coarse32(space, square)
  var first = 0
  while first <= 32 {
    let low = gridFloat(products, first)
    let lowCost = gridFloat(squares, first)
    let lowUp = low * -0.875
    let lowDown = low * -1.125
    let costUp = lowCost * -0.875 * -0.875
    let costDown = lowCost * -1.125 * -1.125
    var second = first
    while second <= 32 {
      let place = 4 &* second
      let middle = ((products + place).loadUnaligned(as: GridFloats.self) - low) * 0.125
      let middleCost =
        ((squares + place).loadUnaligned(as: GridFloats.self) - lowCost) * 0.125 * 0.125
      let tops = space + (1408 &+ place)
      let up = lowUp + middle + tops.loadUnaligned(as: GridFloats.self)
      let down = lowDown - middle + (tops + 192).loadUnaligned(as: GridFloats.self)
      let upCost = costUp + middleCost + (tops + 384).loadUnaligned(as: GridFloats.self)
      let downCost = costDown + middleCost + (tops + 576).loadUnaligned(as: GridFloats.self)
      let score = GridFloats(repeating: split.score > floor ? split.score : floor)
      if isAnyNegative(beating(up, upCost, score) | beating(down, downCost, score)) {
        (space + 2944).storeBytes(of: up, as: GridFloats.self)
        (space + 2976).storeBytes(of: upCost, as: GridFloats.self)
        (space + 3008).storeBytes(of: down, as: GridFloats.self)
        (space + 3040).storeBytes(of: downCost, as: GridFloats.self)
        takeLanes(&split, space, first, second, 2, 32, floor)
      }
      second &+= 8
    }
    first &+= 1
  }
  return split
}

/// A floor for the best split of 16 weights.
@inline(__always)
private func coarse16(
  _ space: UnsafeMutableRawPointer, _ tops: SIMD4<Float>, _ totals: SIMD4<Float>, _ total: Float
) -> Float {
  var scores = GridFloats.zero
  var first = 3
  while first <= 6 {
    let base = space + (640 &+ 4 &* first)
    let place = space + (640 &+ 4 &* (12 &- first))
    let steps0 = gridFloat(base, 0) + place.loadUnaligned(as: GridFloats.self)
    let steps1 = gridFloat(base, 48) + (place + 192).loadUnaligned(as: GridFloats.self)
    let high0 = (place + 384).loadUnaligned(as: GridFloats.self)
    let high1 = (place + 576).loadUnaligned(as: GridFloats.self)
    let low0 = gridFloat(base, 96)
    let low1 = gridFloat(base, 144)
    let upCost0 = (totals[0] + low0 * 0.75) - high0 * 1.25
    let downCost0 = (totals[1] + low0 * 1.25) - high0 * 0.75
    let upCost1 = (totals[2] + low1 * 0.75) - high1 * 1.25
    let downCost1 = (totals[3] + low1 * 1.25) - high1 * 0.75
    let up0 = tops[0] - steps0
    let down0 = tops[1] - steps0
    let up1 = tops[2] - steps1
    let down1 = tops[3] - steps1
    scores = greater(scores, up0 + up1, upCost0 + upCost1)
    scores = greater(scores, up0 + down1, upCost0 + downCost1)
    scores = greater(scores, down0 + up1, downCost0 + upCost1)
    scores = greater(scores, down0 + down1, downCost0 + downCost1)
    first &+= 1
  }
  return floorScore(space, scores, total)
}

/// The best split of 16 weights with a shift for either half.
///
/// Shifts are twice that of the first, and that of the second. Nil if sums overflow.
@inline(__always)
func splitTernary16(_ space: UnsafeMutableRawPointer) -> TernarySplit? {
  var sums = SIMD4<Float>.zero
  var rank = 0
  // Rows: products of both halves, then costs.
  while rank <= 16 {
    let place = space + (640 &+ 4 &* rank)
    store32(sums[0].bitPattern, place, 0)
    store32(sums[1].bitPattern, place, 48)
    store32(sums[2].bitPattern, place, 96)
    store32(sums[3].bitPattern, place, 144)
    if rank == 16 { break }
    let i = Int(load32(space + 384, rank))
    let cost = gridFloat(space + 128, i)
    let product = cost * gridFloat(space, i)
    if i < 8 {
      sums[0] += product
      sums[2] += cost
    } else {
      sums[1] += product
      sums[3] += cost
    }
    rank &+= 1
  }
  guard
    sums[0].magnitude < .infinity, sums[1].magnitude < .infinity, sums[2].magnitude < .infinity,
    sums[3].magnitude < .infinity
  else { return nil }
  var i = 17
  while i < 32 {
    let place = space + (640 &+ 4 &* i)
    store32(0x7fc0_0000, place, 0)
    store32(0x7fc0_0000, place, 48)
    store32(0x7fc0_0000, place, 96)
    store32(0x7fc0_0000, place, 144)
    i &+= 1
  }
  let total0 = sums[2] * 1.125 * 1.125
  let total1 = sums[2] * 0.875 * 0.875
  let total2 = sums[3] * 1.125 * 1.125
  let total3 = sums[3] * 0.875 * 0.875
  let top0 = sums[0] * 1.125
  let top1 = sums[0] * 0.875
  let top2 = sums[1] * 1.125
  let top3 = sums[1] * 0.875
  let tops = SIMD4<Float>(top0, top1, top2, top3)
  let floor = coarse16(
    space, tops, SIMD4<Float>(total0, total1, total2, total3), sums[2] + sums[3])
  var split: TernarySplit = (0, -.greatestFiniteMagnitude, 0, 0, -1)
  var first = 0
  while first <= 16 {
    let base = space + (640 &+ 4 &* first)
    let low0 = gridFloat(base, 0)
    let low1 = gridFloat(base, 48)
    let cost0 = gridFloat(base, 96)
    let cost1 = gridFloat(base, 144)
    let base0 = total0 + cost0 * 0.75
    let base1 = total1 + cost0 * 1.25
    let base2 = total2 + cost1 * 0.75
    let base3 = total3 + cost1 * 1.25
    var second = first
    while second <= 16 {
      let place = space + (640 &+ 4 &* second)
      let steps0 = low0 + place.loadUnaligned(as: GridFloats.self)
      let steps1 = low1 + (place + 192).loadUnaligned(as: GridFloats.self)
      let high0 = (place + 384).loadUnaligned(as: GridFloats.self)
      let high1 = (place + 576).loadUnaligned(as: GridFloats.self)
      let up0 = top0 - steps0
      let down0 = top1 - steps0
      let up1 = top2 - steps1
      let down1 = top3 - steps1
      let upCost0 = base0 + high0 * -1.25
      let downCost0 = base1 + high0 * -0.75
      let upCost1 = base2 + high1 * -1.25
      let downCost1 = base3 + high1 * -0.75
      let score = GridFloats(repeating: split.score > floor ? split.score : floor)
      let both = beating(up0 + up1, upCost0 + upCost1, score)
      let firstUp = beating(up0 + down1, upCost0 + downCost1, score)
      let firstDown = beating(down0 + up1, downCost0 + upCost1, score)
      let none = beating(down0 + down1, downCost0 + downCost1, score)
      if isAnyNegative(both | firstUp | firstDown | none) {
        (space + 2944).storeBytes(of: up0 + up1, as: GridFloats.self)
        (space + 2976).storeBytes(of: upCost0 + upCost1, as: GridFloats.self)
        (space + 3008).storeBytes(of: up0 + down1, as: GridFloats.self)
        (space + 3040).storeBytes(of: upCost0 + downCost1, as: GridFloats.self)
        (space + 3072).storeBytes(of: down0 + up1, as: GridFloats.self)
        (space + 3104).storeBytes(of: downCost0 + upCost1, as: GridFloats.self)
        (space + 3136).storeBytes(of: down0 + down1, as: GridFloats.self)
        (space + 3168).storeBytes(of: downCost0 + downCost1, as: GridFloats.self)
        takeLanes(&split, space, first, second, 4, 16, floor)
      }
      second &+= 8
    }
    first &+= 1
  }
  return split
}

/// Level of a digit: -1, 0 or 1 and the shift of an eighth.
@inline(__always)
func ternaryLevel(_ digit: Int32, _ shift: Int) -> Float {
  Float(digit &- 1) + (shift == 0 ? 0.125 : -0.125)
}

/// Packed digits of the split at 5760, moved to points of the grid; then the scale that fits, and
/// indexes from `group` on at 5632.
///
/// - Parameter shifts: of each group, bit by bit.
/// - Returns: the scale; NaN if ggml stops.
@inline(__always)
func settleTernary(
  _ space: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer, _ split: TernarySplit,
  _ count: Int, _ shifts: Int, _ group: Int
) -> Float {
  var scale = split.scale
  let isTurned = scale < 0
  if isTurned { scale = -scale }
  var i = 0
  while i < count {
    let rank = Int(load32(space + 256, i))
    let digit: UInt32 = rank < split.first ? 0 : rank < split.second ? 1 : 2
    store32(isTurned ? 2 &- digit : digit, space + 512, i)
    i &+= 1
  }
  var hasMoved = false
  var part = 0
  while 8 &* part < count {
    var packed: UInt32 = 0
    i = 0
    while i < 8 {
      packed |= load32(space + 512, 8 &* part &+ i) &<< UInt32(truncatingIfNeeded: 2 &* i)
      i &+= 1
    }
    var entry = gridEntry(tables, Int(packed))
    if entry < 0 {
      hasMoved = true
      let shift = (shifts &>> part) & 1
      let found = nearestNeighbour(
        gridNeighbours(tables, entry), space + 32 &* part, space + (128 &+ 32 &* part),
        scale * ternaryLevel(0, shift), scale * ternaryLevel(1, shift),
        scale * ternaryLevel(2, shift), space + 3200)
      if found < 0 { return .nan }
      packed = UInt32(truncatingIfNeeded: found)
      entry = gridEntry(tables, found)
    }
    store32(packed, space + 5760, part)
    store16(UInt32(truncatingIfNeeded: entry), space + 5632, group &+ part)
    part &+= 1
  }
  guard hasMoved else { return scale }
  var product: Float = 0
  var square: Float = 0
  part = 0
  while 8 &* part < count {
    var rest = Int32(truncatingIfNeeded: load32(space + 5760, part))
    let shift = (shifts &>> part) & 1
    i = 8 &* part
    while i < 8 &* part &+ 8 {
      let cost = gridFloat(space + 128, i)
      let level = ternaryLevel(rest & 3, shift)
      rest = rest &>> 2
      product += cost * level * gridFloat(space, i)
      square += cost * level * level
      i &+= 1
    }
    part &+= 1
  }
  return product > 0 && square > 0 ? product / square : scale
}

/// 8 weights: a scale times the levels of a point.
@inline(__always)
func decodeTernary(
  _ point: UInt64, _ shift: Float, _ scale: Float, _ target: UnsafeMutableRawPointer
) {
  // Spelled out: the conversion of a vector would be a call, and weak code.
  let levels = GridFloats(
    Float(Int8(truncatingIfNeeded: point)), Float(Int8(truncatingIfNeeded: point &>> 8)),
    Float(Int8(truncatingIfNeeded: point &>> 16)), Float(Int8(truncatingIfNeeded: point &>> 24)),
    Float(Int8(truncatingIfNeeded: point &>> 32)), Float(Int8(truncatingIfNeeded: point &>> 40)),
    Float(Int8(truncatingIfNeeded: point &>> 48)), Float(Int8(truncatingIfNeeded: point &>> 56)))
  target.storeBytes(of: (levels + shift) * scale, as: GridFloats.self)
}
