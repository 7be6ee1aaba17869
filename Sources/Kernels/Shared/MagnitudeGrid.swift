// The search of the IQ2 types: Quantization/Codebooks/MagnitudeSearch.swift is the specification.
// Scales to try are lanes, 8 to a chunk: rounding, the distances to the neighbours of a point and
// the sums of the fit are each done for all of them at once, in the order of one.

/// Memory of a search, by offset.
///
/// Vectors lie at multiples of 32 bytes.
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
/// 6656   8 zeros; 6688: 8 ones (u32)
/// 6720   256 costs (IQ1_M)
/// ```
let magnitudeSpace = 7744

/// Zeros that the optimiser does not know for zeros.
///
/// Arithmetic on floats is a loop over the lanes until the optimiser puts it together again; an
/// addition of these to the bits is a place where it has to.
@inline(__always)
func gridZeros(_ space: UnsafeRawPointer) -> SIMD8<UInt32> {
  (space + 6656).load(as: SIMD8<UInt32>.self)
}

/// Fills values, costs and roots of `count` weights, and their sign bytes.
///
/// - Returns: the greatest value.
@inline(__always)
func fillMagnitudes(
  _ space: UnsafeMutableRawPointer, _ weights: UnsafeRawPointer, _ importance: UnsafeRawPointer?,
  _ count: Int, _ spread: Float, areSignsEven: Bool, _ signs: UnsafeMutableRawPointer
) -> Float {
  var start = 0
  var greatest = -Float.infinity
  while start < count {
    let weight = (weights + 4 &* start).loadUnaligned(as: GridFloats.self)
    let squares = weight * weight
    let place = space + 4 &* start
    if let importance {
      (place + 256).storeBytes(of: spread + squares, as: GridFloats.self)
      storeRoots(place + 256)
      let root = (place + 256).load(as: GridFloats.self)
      let cost = (importance + 4 &* start).loadUnaligned(as: GridFloats.self) * root
      (place + 128).storeBytes(of: cost, as: GridFloats.self)
      (place + 256).storeBytes(of: cost, as: GridFloats.self)
    } else {
      let cost = 0.25 * spread + squares
      (place + 128).storeBytes(of: cost, as: GridFloats.self)
      (place + 256).storeBytes(of: cost, as: GridFloats.self)
    }
    storeRoots(place + 256)
    let magnitudes = unsafeBitCast(weight, to: GridWords.self) & 0x7fff_ffff
    place.storeBytes(of: unsafeBitCast(magnitudes, to: GridFloats.self), as: GridFloats.self)
    var byte: UInt32 = 0
    var j = 0
    while j < 8 {
      byte |= (load32(weights, start &+ j) > 0x8000_0000 ? 1 : 0) &<< UInt32(truncatingIfNeeded: j)
      j &+= 1
    }
    if areSignsEven && byte.nonzeroBitCount & 1 == 1 {
      var cheapest = 0
      var least: Float = 0
      j = 0
      while j < 8 {
        let value = gridFloat(place, j)
        let loss = gridFloat(place + 128, j) * value * value
        if j == 0 || loss < least {
          least = loss
          cheapest = j
        }
        j &+= 1
      }
      store32(load32(place, cheapest) ^ 0x8000_0000, place, cheapest)
      byte ^= 1 &<< UInt32(truncatingIfNeeded: cheapest)
    }
    store8(byte, signs, start &>> 3)
    j = 0
    while j < 8 {
      let value = gridFloat(place, j)
      greatest = value > greatest ? value : greatest
      j &+= 1
    }
    start &+= 8
  }
  return greatest
}

/// Takes 8 numbers to their square roots.
@inline(__always)
func storeRoots(_ place: UnsafeMutableRawPointer) {
  let low = place.load(as: SIMD4<Float>.self)
  let high = (place + 16).load(as: SIMD4<Float>.self)
  place.storeBytes(of: squareRoots(low), as: SIMD4<Float>.self)
  (place + 16).storeBytes(of: squareRoots(high), as: SIMD4<Float>.self)
}

/// The nearest integers as ggml finds them, see `Codebook.rounded`, held between 0 and 2.
///
/// Comparisons of integers would be taken lane by lane: signs make the masks.
@inline(__always)
private func rounded(_ values: GridFloats) -> GridWords {
  let bits = unsafeBitCast(values + 12_582_912, to: GridWords.self) & 0x7f_ffff
  let whole = bits &- 0x40_0000
  let lower = whole & ~(whole &>> 31)
  let above = lower &- 2
  return (above & (above &>> 31)) &+ 2
}

@inline(__always)
func gridFloat(_ space: UnsafeRawPointer, _ index: Int) -> Float {
  Float(bitPattern: load32(space, index))
}

/// Integers below 2^23 as floats: the conversion of a vector would be a call.
@inline(__always)
func smallFloats(_ values: GridWords) -> GridFloats {
  unsafeBitCast(values | 0x4b00_0000, to: GridFloats.self) - 8_388_608
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
    best = best.replacing(
      with: GridWords(repeating: Int32(truncatingIfNeeded: packed)), where: isLess)
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
      packed |= rounded(scaled) &<< GridWords(repeating: Int32(truncatingIfNeeded: 2 &* i))
      i &+= 1
    }
    (codes + 32 &* chunk).storeBytes(of: packed, as: GridWords.self)
    chunk &+= 1
  }
  var moved = 0
  var filled = 0
  var first = 0
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
        let found = space + 4224
        found.storeBytes(of: best, as: GridWords.self)
        var lane = first > 8 &* chunk ? first : 8 &* chunk
        let last = end < 8 &* chunk &+ 8 ? end : 8 &* chunk &+ 8
        while lane < last {
          let winner = load32(found, lane & 7)
          if winner == .max { return -1 }
          store32(winner, codes, lane)
          lane &+= 1
        }
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
        let level = smallFloats(((rest &+ rest) & 6) | 1)
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
  let digits = rounded(scaled) &<< GridWords(0, 2, 4, 6, 8, 10, 12, 14)
  let packed =
    digits[0] | digits[1] | digits[2] | digits[3] | digits[4] | digits[5] | digits[6] | digits[7]
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
    // The lanes that are left over repeat the last scale.
    let lanes = GridFloats(0, 1, 2, 3, 4, 5, 6, 7) + Float(8 &* chunk &- steps)
    let last = GridFloats(repeating: Float(steps))
    let step = lanes.replacing(with: last, where: lanes .> last)
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
  // NaN, where ggml stops.
  if !(scale >= 0 || scale < 0) { return (0, stopped) }
  return (scale, points)
}

/// The codes of scales of sub-blocks: l for (2 l + 1) d, at most `most`.
@inline(__always)
func scaleCode(_ inverse: Float, _ scale: Float, _ most: Int32) -> UInt32 {
  UInt32(truncatingIfNeeded: gridRounded(0.5 * (inverse * scale - 1), most))
}
