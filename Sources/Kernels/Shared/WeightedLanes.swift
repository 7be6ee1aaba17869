// Sixteen blocks of 32 side by side, one per lane, for searches that add up in order: every lane
// does what a scalar loop over its block would do.

/// 32 vectors of weights, 32 of how much their errors count, 32 for the search, 32 of codes that were
/// found (integers, in the low byte), one of scales and one of minima that were found; four for the
/// mean squares of 64 rows.
typealias WeightedLanes = UnsafeMutablePointer<SIMD16<Float>>

@inline(__always) func lanesOfMasses(_ lanes: WeightedLanes) -> WeightedLanes { lanes + 32 }
@inline(__always) func lanesOfScratch(_ lanes: WeightedLanes) -> WeightedLanes { lanes + 64 }
@inline(__always) func lanesOfCodes(_ lanes: WeightedLanes) -> WeightedLanes { lanes + 96 }
@inline(__always) func laneScales(_ lanes: WeightedLanes) -> WeightedLanes { lanes + 128 }
@inline(__always) func laneMinima(_ lanes: WeightedLanes) -> WeightedLanes { lanes + 129 }

/// Encodes rows of f32, bf16 or f16 by a search over sixteen blocks at a time: `solveRange15` for
/// levels from zero up, else `solveSymmetric8`, or those of five bits; `most` is the greatest code of a level.
///
/// - Returns: index of the first block whose scale or minimum f16 cannot hold, or -1.
@inline(__always)
func encodeWeighted(
  _ source: UnsafeRawPointer, _ scalar: RowScalar, _ importance: UnsafeRawPointer, _ columns: Int,
  _ rows: Int, _ target: UnsafeMutableRawPointer, _ isRange: Bool, _ most: Float
) -> Int {
  withUnsafeTemporaryAllocation(of: SIMD16<Float>.self, capacity: 134) { buffer in
    guard let lanes = buffer.baseAddress else { return 0 }
    switch scalar {
    case rowF32: return weightedF32(source, importance, columns, rows, target, isRange, most, lanes)
    case rowBF16:
      return weightedBF16(source, importance, columns, rows, target, isRange, most, lanes)
    default: return weightedF16(source, importance, columns, rows, target, isRange, most, lanes)
    }
  }
}

@inline(never)
private func weightedF32(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ isRange: Bool, _ most: Float,
  _ lanes: WeightedLanes
) -> Int { weighted(source, rowF32, importance, columns, rows, target, isRange, most, lanes) }

@inline(never)
private func weightedBF16(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ isRange: Bool, _ most: Float,
  _ lanes: WeightedLanes
) -> Int { weighted(source, rowBF16, importance, columns, rows, target, isRange, most, lanes) }

@inline(never)
private func weightedF16(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ isRange: Bool, _ most: Float,
  _ lanes: WeightedLanes
) -> Int { weighted(source, rowF16, importance, columns, rows, target, isRange, most, lanes) }

@inline(__always)
private func weighted(
  _ source: UnsafeRawPointer, _ scalar: RowScalar, _ importance: UnsafeRawPointer, _ columns: Int,
  _ rows: Int, _ target: UnsafeMutableRawPointer, _ isRange: Bool, _ most: Float,
  _ lanes: WeightedLanes
) -> Int {
  // 64 rows at a time: their mean squares take four vectors.
  let meanSquares = UnsafeMutableRawPointer(lanes + 130)
  let perRow = columns / 32
  var row = 0
  while row < rows {
    let count = rows &- row < 64 ? rows &- row : 64
    var part = 0
    while part < count {
      let squares = rowSquares(source, scalar, row &+ part, rows &- 1, columns)
      (meanSquares + 4 &* part).storeBytes(of: squares / Float(columns), as: SIMD8<Float>.self)
      part &+= 8
    }
    let blocks = count &* perRow
    var block = 0
    while block < blocks {
      let last = blocks &- block < 16 ? blocks &- block : 16
      fill(lanes, source, scalar, importance, row, block, last, columns, meanSquares)
      if isRange {
        if most > 15 { solveRange31(lanes) } else { solveRange15(lanes) }
      } else if most > 15 {
        solveSymmetric16(lanes)
      } else {
        solveSymmetric8(lanes)
      }
      let bad = store(lanes, last, row &* perRow &+ block, target, isRange, most)
      if bad >= 0 { return bad }
      block &+= 16
    }
    row &+= count
  }
  return -1
}

/// Puts the first `count` lanes into blocks from `first` on.
///
/// - Returns: index of the first block that is not held, or -1.
@inline(never)
private func store(
  _ lanes: WeightedLanes, _ count: Int, _ first: Int, _ target: UnsafeMutableRawPointer,
  _ isRange: Bool, _ most: Float
) -> Int {
  let fifth = most > 15
  let blockBytes = 18 &+ (fifth ? 4 : 0) &+ (isRange ? 2 : 0)
  let codes = UnsafeRawPointer(lanesOfCodes(lanes))
  var lane = 0
  while lane < count {
    let scale = codeF16(load32(UnsafeRawPointer(laneScales(lanes)), lane)).bits
    let minimum = codeF16(load32(UnsafeRawPointer(laneMinima(lanes)), lane)).bits
    let block = first &+ lane
    guard scale & 0x7c00 != 0x7c00, minimum & 0x7c00 != 0x7c00 else { return block }
    let place = target + blockBytes &* block
    store16(scale, place, 0)
    if isRange { store16(minimum, place, 1) }
    /// Eight codes of the lane.
    @inline(__always) func word(_ part: Int) -> UInt64 {
      var word: UInt64 = 0
      var j = 0
      while j < 8 {
        let code = UInt64(load8(codes, 64 &* (8 &* part &+ j) &+ 4 &* lane))
        word |= code &<< UInt64(truncatingIfNeeded: 8 &* j)
        j &+= 1
      }
      return word
    }
    storeLevels(
      word(0), word(1), word(2), word(3), fifth: fifth, place + (isRange ? 4 : 2))
    lane &+= 1
  }
  return -1
}

/// Sums of the squares of eight rows, each added up in order; rows after `last` are that row.
@inline(__always)
func rowSquares(
  _ source: UnsafeRawPointer, _ scalar: RowScalar, _ row: Int, _ last: Int, _ columns: Int
) -> SIMD8<Float> {
  @inline(__always) func start(_ k: Int) -> Int {
    columns &* (row &+ k < last ? row &+ k : last)
  }
  let (a, b, c, d) = (start(0), start(1), start(2), start(3))
  let (e, f, g, h) = (start(4), start(5), start(6), start(7))
  var (low, high) = (SIMD4<Float>.zero, SIMD4<Float>.zero)
  var j = 0
  while j < columns {
    low = addSquares(
      low, four(source, a &+ j, scalar), four(source, b &+ j, scalar),
      four(source, c &+ j, scalar), four(source, d &+ j, scalar))
    high = addSquares(
      high, four(source, e &+ j, scalar), four(source, f &+ j, scalar),
      four(source, g &+ j, scalar), four(source, h &+ j, scalar))
    j &+= 4
  }
  return SIMD8<Float>(lowHalf: low, highHalf: high)
}

/// Adds the squares of each vector's elements, in order, to its element of `sums`.
@inline(__always)
private func addSquares(
  _ sums: SIMD4<Float>, _ a: SIMD4<UInt32>, _ b: SIMD4<UInt32>, _ c: SIMD4<UInt32>,
  _ d: SIMD4<UInt32>
) -> SIMD4<Float> {
  let x = unsafeBitCast(SIMD4(a.x, b.x, c.x, d.x), to: SIMD4<Float>.self)
  let y = unsafeBitCast(SIMD4(a.y, b.y, c.y, d.y), to: SIMD4<Float>.self)
  let z = unsafeBitCast(SIMD4(a.z, b.z, c.z, d.z), to: SIMD4<Float>.self)
  let w = unsafeBitCast(SIMD4(a.w, b.w, c.w, d.w), to: SIMD4<Float>.self)
  return sums + x * x + y * y + z * z + w * w
}

/// Turns blocks into lanes, with masses of importance * sqrt(mean square of row + x * x).
///
/// Lanes
/// from `count` on repeat the last block.
@inline(__always)
private func fill(
  _ lanes: WeightedLanes, _ source: UnsafeRawPointer, _ scalar: RowScalar,
  _ importance: UnsafeRawPointer, _ row: Int, _ block: Int, _ count: Int, _ columns: Int,
  _ meanSquares: UnsafeMutableRawPointer
) {
  let weights = UnsafeMutableRawPointer(lanes)
  let masses = UnsafeMutableRawPointer(lanesOfMasses(lanes))
  let means = UnsafeMutableRawPointer(laneScales(lanes))
  let perRow = columns / 32
  /// Row of the group, first element and column of the block in a lane.
  @inline(__always) func place(_ lane: Int) -> (row: Int, start: Int, column: Int) {
    let index = block &+ (lane < count ? lane : count &- 1)
    let ownRow = index / perRow
    let column = 32 &* (index &- ownRow &* perRow)
    return (ownRow, (row &+ ownRow) &* columns &+ column, column)
  }
  var quad = 0
  while quad < 4 {
    let a = place(4 &* quad)
    let b = place(4 &* quad &+ 1)
    let c = place(4 &* quad &+ 2)
    let d = place(4 &* quad &+ 3)
    let ownMeans = SIMD4<UInt32>(
      load32(meanSquares, a.row), load32(meanSquares, b.row), load32(meanSquares, c.row),
      load32(meanSquares, d.row))
    (means + 16 &* quad).storeBytes(of: ownMeans, as: SIMD4<UInt32>.self)
    var j = 0
    while j < 32 {
      storeColumns(
        four(source, a.start &+ j, scalar), four(source, b.start &+ j, scalar),
        four(source, c.start &+ j, scalar), four(source, d.start &+ j, scalar),
        weights + (64 &* j &+ 16 &* quad))
      storeColumns(
        four(importance, a.column &+ j, rowF32), four(importance, b.column &+ j, rowF32),
        four(importance, c.column &+ j, rowF32), four(importance, d.column &+ j, rowF32),
        masses + (64 &* j &+ 16 &* quad))
      j &+= 4
    }
    quad &+= 1
  }
  var j = 0
  while j < 32 {
    var quad = 0
    while quad < 4 {
      let place = masses + (64 &* j &+ 16 &* quad)
      let value = (weights + (64 &* j &+ 16 &* quad)).load(as: SIMD4<Float>.self)
      let mean = (means + 16 &* quad).load(as: SIMD4<Float>.self)
      let mass = place.load(as: SIMD4<Float>.self) * squareRoots(mean + value * value)
      place.storeBytes(of: mass, as: SIMD4<Float>.self)
      quad &+= 1
    }
    j &+= 1
  }
  laneMinima(lanes).pointee = .zero
}

/// Four elements from `index` on, as f32.
@inline(__always)
func four(
  _ source: UnsafeRawPointer, _ index: Int, _ scalar: RowScalar
) -> SIMD4<UInt32> {
  if scalar == rowF32 {
    return source.loadUnaligned(fromByteOffset: 4 &* index, as: SIMD4<UInt32>.self)
  }
  if scalar == rowBF16 {
    let halves = source.loadUnaligned(fromByteOffset: 2 &* index, as: SIMD4<UInt16>.self)
    let words = SIMD8<UInt16>(0, halves.x, 0, halves.y, 0, halves.z, 0, halves.w)
    return unsafeBitCast(words, to: SIMD4<UInt32>.self)
  }
  return SIMD4<UInt32>(
    element(source, index, scalar), element(source, index &+ 1, scalar),
    element(source, index &+ 2, scalar), element(source, index &+ 3, scalar))
}

/// Writes element k of each of four vectors together, 64 bytes from one k to the next.
@inline(__always)
private func storeColumns(
  _ a: SIMD4<UInt32>, _ b: SIMD4<UInt32>, _ c: SIMD4<UInt32>, _ d: SIMD4<UInt32>,
  _ place: UnsafeMutableRawPointer
) {
  let ab = SIMD8<UInt32>(lowHalf: a, highHalf: b)
  let cd = SIMD8<UInt32>(lowHalf: c, highHalf: d)
  let even = SIMD8<UInt32>(lowHalf: ab.evenHalf, highHalf: cd.evenHalf)
  let odd = SIMD8<UInt32>(lowHalf: ab.oddHalf, highHalf: cd.oddHalf)
  place.storeBytes(of: even.evenHalf, as: SIMD4<UInt32>.self)
  (place + 64).storeBytes(of: odd.evenHalf, as: SIMD4<UInt32>.self)
  (place + 128).storeBytes(of: even.oddHalf, as: SIMD4<UInt32>.self)
  (place + 192).storeBytes(of: odd.oddHalf, as: SIMD4<UInt32>.self)
}

/// Values of magnitude below 2^22 rounded to even.
@inline(__always)
func nearest16(_ values: SIMD16<Float>) -> SIMD16<Float> { (values + 12_582_912) - 12_582_912 }

/// Magnitudes.
@inline(__always)
func magnitudes(_ values: SIMD16<Float>) -> SIMD16<Float> {
  unsafeBitCast(
    unsafeBitCast(values, to: SIMD16<UInt32>.self) & 0x7fff_ffff, to: SIMD16<Float>.self)
}

/// The lesser of value and limit.
@inline(__always)
func atMost(_ values: SIMD16<Float>, _ limit: Float) -> SIMD16<Float> {
  let limits = SIMD16<Float>(repeating: limit)
  return values.replacing(with: limits, where: values .> limits)
}

/// The greater of value and limit.
@inline(__always)
func atLeast(_ values: SIMD16<Float>, _ limit: Float) -> SIMD16<Float> {
  let limits = SIMD16<Float>(repeating: limit)
  return values.replacing(with: limits, where: values .< limits)
}

/// Whether a mask is set in all lanes.
@inline(__always)
func allTrue(_ mask: SIMDMask<SIMD16<Int32>>) -> Bool {
  let bits = unsafeBitCast(mask, to: SIMD16<Int32>.self)
  let words = unsafeBitCast(bits, to: SIMD8<UInt64>.self)
  return words[0] & words[1] & words[2] & words[3] & words[4] & words[5] & words[6] & words[7]
    == .max
}
