// The search of the IQ2 types: Quantization/Codebooks/MagnitudeSearch.swift is the specification.
// Scales to try are lanes, 8 to a chunk: rounding, the distances to the neighbours of a point and
// the sums of the fit are each done for all of them at once, in the order of one.

/// Memory of a search, by offset. Vectors lie at multiples of 32 bytes.
///
/// ```
/// 0      32 values (magnitudes)
/// 128    32 costs
/// 256    32 roots of costs
/// 384    inverses of the scales, 3 chunks
/// 480    scales, 3 chunks
/// 576    packed digits per group and chunk: 4 * 3 chunks
/// 960    products, 3 chunks; 1056: squares, 3 chunks
/// 1152   terms of distances per chunk, coordinate and digit: 3 * 8 * 4 vectors
/// 4224   tables of `nearestNeighbour`: 2304 bytes
/// 6528   squares of blocks; 6560: scales of 16 sub-blocks; 6624: 16 sign bytes
/// ```
let magnitudeSpace = 6720

/// Fills values, costs and roots of `count` weights, and their sign bytes.
///
/// - Returns: the greatest value.
@inline(__always)
func fillMagnitudes(
  _ space: UnsafeMutableRawPointer, _ weights: UnsafeRawPointer, _ importance: UnsafeRawPointer?,
  _ count: Int, _ spread: Float, areSignsEven: Bool, _ signs: UnsafeMutableRawPointer
) -> Float {
  var start = 0
  var greatest = GridFloats(repeating: -.infinity)
  while start < count {
    let weight = (weights + 4 &* start).loadUnaligned(as: GridFloats.self)
    let squares = weight * weight
    let cost: GridFloats
    if let importance {
      cost = (importance + 4 &* start).loadUnaligned(as: GridFloats.self)
        * (spread + squares).squareRoot()
    } else {
      cost = 0.25 * spread + squares
    }
    let isNegative = weight .< 0
    var value = weight.replacing(with: 0 - weight, where: isNegative)
    let bits = GridWords.zero.replacing(
      with: GridWords(1, 2, 4, 8, 16, 32, 64, 128), where: isNegative)
    var byte = bits.wrappedSum()
    if areSignsEven && byte.nonzeroBitCount & 1 == 1 {
      let losses = cost * weight * weight
      var cheapest = 0
      var least = losses[0]
      var j = 1
      while j < 8 {
        if losses[j] < least {
          least = losses[j]
          cheapest = j
        }
        j &+= 1
      }
      value[cheapest] = -value[cheapest]
      byte ^= 1 &<< Int32(truncatingIfNeeded: cheapest)
    }
    store8(UInt32(truncatingIfNeeded: byte), signs, start &>> 3)
    (space + 4 &* start).storeBytes(of: value, as: GridFloats.self)
    (space + (128 &+ 4 &* start)).storeBytes(of: cost, as: GridFloats.self)
    (space + (256 &+ 4 &* start)).storeBytes(of: cost.squareRoot(), as: GridFloats.self)
    greatest = greatest.replacing(with: value, where: value .> greatest)
    start &+= 8
  }
  return greatest.max()
}

@inline(__always)
func gridFloat(_ space: UnsafeRawPointer, _ index: Int) -> Float {
  Float(bitPattern: load32(space, index))
}

/// Terms of the distances of one group of 8 at the scales of one chunk.
@inline(__always)
private func fillTerms(_ space: UnsafeMutableRawPointer, _ group: Int, _ chunk: Int) {
  let scale = (space + (480 &+ 32 &* chunk)).load(as: GridFloats.self)
  let three = scale * 3
  let five = scale * 5
  var target = space + (1152 &+ 1024 &* chunk)
  var i = 8 &* group
  while i < 8 &* group &+ 8 {
    let value = gridFloat(space, i)
    let root = gridFloat(space + 256, i)
    let error0 = scale - value
    let error1 = three - value
    let error2 = five - value
    target.storeBytes(of: root * error0 * error0, as: GridFloats.self)
    (target + 32).storeBytes(of: root * error1 * error1, as: GridFloats.self)
    (target + 64).storeBytes(of: root * error2 * error2, as: GridFloats.self)
    target += 128
    i &+= 1
  }
}

@inline(__always)
private func term(_ terms: UnsafeRawPointer, _ packed: Int, _ i: Int) -> GridFloats {
  (terms + (128 &* i &+ ((packed &>> (2 &* i)) & 3) &* 32)).load(as: GridFloats.self)
}

/// Packed digits of the nearest neighbour for each scale of a chunk, -1 where no sum is finite.
@inline(__always)
private func nearest(_ terms: UnsafeRawPointer, _ list: UnsafeRawPointer) -> GridWords {
  let count = Int(load16(list, 0))
  var least = GridFloats(repeating: .greatestFiniteMagnitude)
  var best = GridWords(repeating: -1)
  var j = 1
  while j <= count {
    let packed = Int(load16(list, j))
    var sum = term(terms, packed, 0) + term(terms, packed, 1)
    sum += term(terms, packed, 2)
    sum += term(terms, packed, 3)
    sum += term(terms, packed, 4)
    sum += term(terms, packed, 5)
    sum += term(terms, packed, 6)
    sum += term(terms, packed, 7)
    let isLess = sum .< least
    least = least.replacing(with: sum, where: isLess)
    best = best.replacing(with: GridWords(repeating: Int32(truncatingIfNeeded: packed)), where: isLess)
    j &+= 1
  }
  return best
}

/// Packed digits for each of `trials` scales of one group, written per chunk.
///
/// - Returns: bit t set where the rounded values of scale t are no point of the grid; -1 if ggml
///   stops.
@inline(__always)
private func placeGroup(
  _ space: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer, _ group: Int, _ trials: Int,
  _ chunks: Int
) -> Int {
  let codes = space + (576 &+ 96 &* group)
  var chunk = 0
  while chunk < chunks {
    let inverse = (space + (384 &+ 32 &* chunk)).load(as: GridFloats.self)
    var packed = GridWords.zero
    var i = 0
    while i < 8 {
      let value = gridFloat(space, 8 &* group &+ i)
      let scaled = 0.5 * (inverse * value - 1)
      let bits = unsafeBitCast(scaled + 12_582_912, to: GridWords.self) & 0x7f_ffff
      let lower = bits.replacing(with: 0x40_0000, where: bits .< 0x40_0000)
      let held = lower.replacing(with: 0x40_0002, where: lower .> 0x40_0002)
      packed |= (held & 3) &<< GridWords(repeating: Int32(truncatingIfNeeded: 2 &* i))
      i &+= 1
    }
    (codes + 32 &* chunk).storeBytes(of: packed, as: GridWords.self)
    chunk &+= 1
  }
  var moved = 0
  var filled = 0
  var first = 0
  let lanes = GridWords(0, 1, 2, 3, 4, 5, 6, 7)
  while first < trials {
    // Neighbouring scales often round to the same point.
    let packed = load32(codes, first)
    var end = first &+ 1
    while end < trials && load32(codes, end) == packed { end &+= 1 }
    let entry = gridEntry(tables, Int(packed))
    if entry < 0 {
      moved |= (1 &<< end) &- (1 &<< first)
      let list = gridNeighbours(tables, entry)
      var chunk = first &>> 3
      while 8 &* chunk < end {
        if filled & (1 &<< chunk) == 0 {
          fillTerms(space, group, chunk)
          filled |= 1 &<< chunk
        }
        let best = nearest(space + (1152 &+ 1024 &* chunk), list)
        let from = Int32(truncatingIfNeeded: first &- 8 &* chunk)
        let to = Int32(truncatingIfNeeded: end &- 8 &* chunk)
        let isHere = (lanes .>= from) .& (lanes .< to)
        if any(isHere .& (best .< 0)) { return -1 }
        let place = codes + 32 &* chunk
        place.storeBytes(
          of: place.load(as: GridWords.self).replacing(with: best, where: isHere),
          as: GridWords.self)
        chunk &+= 1
      }
    }
    first = end
  }
  return moved
}

/// Sums of cost * value * level and of cost * level^2 over `groups` groups at each scale.
@inline(__always)
private func fillSums(_ space: UnsafeMutableRawPointer, _ groups: Int, _ chunks: Int) {
  var chunk = 0
  while chunk < chunks {
    var product = GridFloats.zero
    var square = GridFloats.zero
    var group = 0
    while group < groups {
      var rest = (space + (576 &+ 96 &* group &+ 32 &* chunk)).load(as: GridWords.self)
      var i = 8 &* group
      while i < 8 &* group &+ 8 {
        let cost = gridFloat(space + 128, i)
        let weighted = cost * gridFloat(space, i)
        let level = GridFloats(((rest &+ rest) & 6) | 1)
        rest = rest &>> 2
        product += weighted * level
        square += cost * level * level
        i &+= 1
      }
      group &+= 1
    }
    (space + (960 &+ 32 &* chunk)).storeBytes(of: product, as: GridFloats.self)
    (space + (1056 &+ 32 &* chunk)).storeBytes(of: square, as: GridFloats.self)
    chunk &+= 1
  }
}

/// The same sums for one scale.
@inline(__always)
private func pointSums(
  _ space: UnsafeRawPointer, _ points: SIMD4<Int32>, _ groups: Int
) -> (product: Float, square: Float) {
  var product: Float = 0
  var square: Float = 0
  var group = 0
  while group < groups {
    var rest = points[group]
    var i = 8 &* group
    while i < 8 &* group &+ 8 {
      let cost = gridFloat(space + 128, i)
      let level = Float(((rest &+ rest) & 6) | 1)
      rest = rest &>> 2
      product += cost * gridFloat(space, i) * level
      square += cost * level * level
      i &+= 1
    }
    group &+= 1
  }
  return (product, square)
}

/// The point of a group at one scale; -1 if ggml stops.
@inline(__always)
private func placeOnce(
  _ space: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer, _ group: Int, _ scale: Float
) -> Int32 {
  let inverse = 1 / scale
  let value = (space + 32 &* group).load(as: GridFloats.self)
  let scaled = 0.5 * (inverse * value - 1)
  let bits = unsafeBitCast(scaled + 12_582_912, to: GridWords.self) & 0x7f_ffff
  let lower = bits.replacing(with: 0x40_0000, where: bits .< 0x40_0000)
  let held = lower.replacing(with: 0x40_0002, where: lower .> 0x40_0002) & 3
  let packed = (held &<< GridWords(0, 2, 4, 6, 8, 10, 12, 14)).wrappedSum()
  let entry = gridEntry(tables, Int(packed))
  if entry >= 0 { return packed }
  return Int32(
    truncatingIfNeeded: nearestNeighbour(
      gridNeighbours(tables, entry), space + 32 &* group, space + (256 &+ 32 &* group), scale,
      scale * 3, scale * 5, space + 4224))
}

/// Scale and points of a sub-block whose values, costs and roots are filled.
///
/// - Parameters:
///   - groups: of 8 weights: 2, or 4.
///   - greatest: what the level 5 is first tried for.
///   - start: the scale if none fits better.
///   - always: whether all groups are placed once more at the end; else those that were not
///     rounded to a point of the grid.
/// - Returns: points as packed digits; the first is -1 if ggml stops.
@inline(__always)
func searchMagnitudes(
  _ space: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer, groups: Int, steps: Int,
  greatest: Float, start: Float, always: Bool
) -> (scale: Float, points: SIMD4<Int32>) {
  let trials = 2 &* steps &+ 1
  let chunks = (trials &+ 7) / 8
  var chunk = 0
  while chunk < chunks {
    let lanes = GridWords(0, 1, 2, 3, 4, 5, 6, 7) &+ Int32(truncatingIfNeeded: 8 &* chunk &- steps)
    let last = Int32(truncatingIfNeeded: steps)
    let step = GridFloats(lanes.replacing(with: last, where: lanes .> last))
    let inverse = (5 + step * 0.1) / greatest
    (space + (384 &+ 32 &* chunk)).storeBytes(of: inverse, as: GridFloats.self)
    (space + (480 &+ 32 &* chunk)).storeBytes(of: 1 / inverse, as: GridFloats.self)
    chunk &+= 1
  }
  let stopped = SIMD4<Int32>(repeating: -1)
  var moved = SIMD4<Int>.zero
  var group = 0
  while group < groups {
    let result = placeGroup(space, tables, group, trials, chunks)
    if result < 0 { return (0, stopped) }
    moved[group] = result
    group &+= 1
  }
  fillSums(space, groups, chunks)
  var scale = start
  var best: Float = 0
  var winner = -1
  var trial = 0
  while trial < trials {
    let product = gridFloat(space + 960, trial)
    let square = gridFloat(space + 1056, trial)
    if square > 0 && product * product > best * square {
      scale = product / square
      best = scale * product
      winner = trial
    }
    trial &+= 1
  }
  var points = SIMD4<Int32>.zero
  var again = 0
  group = 0
  while group < groups {
    if winner >= 0 {
      points[group] = Int32(truncatingIfNeeded: load32(space + (576 &+ 96 &* group), winner))
      again |= ((moved[group] &>> winner) & 1) &<< group
    }
    group &+= 1
  }
  if always { again = 15 }
  if scale > 0 && again != 0 {
    group = 0
    while group < groups {
      if again & (1 &<< group) != 0 {
        let point = placeOnce(space, tables, group, scale)
        if point < 0 { return (0, stopped) }
        points[group] = point
      }
      group &+= 1
    }
    let (product, square) = pointSums(space, points, groups)
    if square > 0 { scale = product / square }
  }
  // NaN, where ggml stops; or a first scale that nothing improved and that is not positive.
  if !(scale >= 0 || scale < 0) || always && winner < 0 && !(scale >= 0) { return (0, stopped) }
  return (scale, points)
}

/// The codes of scales of sub-blocks: l for (2 l + 1) d, at most `most`.
@inline(__always)
func scaleCode(_ inverse: Float, _ scale: Float, _ most: Int32) -> UInt32 {
  UInt32(truncatingIfNeeded: gridRounded(0.5 * (inverse * scale - 1), most))
}
