// Grids of 8 coordinates with 3 digits, as Quantization/Codebooks/Codebook.swift lays them out: the
// offsets are the same. A point is handled by its digits of 2 bits each, 16 bits in all.

typealias GridFloats = SIMD8<Float>
typealias GridWords = SIMD8<Int32>

/// The index of the point with those packed digits, or -1 - the place of its list of neighbours.
@inline(__always)
func gridEntry(_ tables: UnsafeRawPointer, _ packed: Int) -> Int {
  let low = Int(load8(tables + 20_480, packed & 0xff))
  let high = Int(load8(tables + 20_480, packed &>> 8))
  return Int(Int32(truncatingIfNeeded: load32(tables + 20_864, low &+ 81 &* high)))
}

/// The list of neighbours that an entry below 0 stands for: a count, then their packed digits.
@inline(__always)
func gridNeighbours(_ tables: UnsafeRawPointer, _ entry: Int) -> UnsafeRawPointer {
  tables + (47_168 &+ 2 &* (-1 &- entry))
}

/// The packed digits of a point of the grid.
@inline(__always)
func gridDigits(_ tables: UnsafeRawPointer, _ index: Int) -> Int {
  Int(load16(tables + 16_384, index))
}

/// What a coordinate of a point of the grid is multiplied as, byte by byte.
@inline(__always)
func gridPoint(_ tables: UnsafeRawPointer, _ index: Int) -> UInt64 { load64(tables, index) }

/// The neighbour at which the sum of costs * (scale * level - value)^2, added up in order, is least;
/// -1 if no sum is finite.
///
/// Sums are first taken as of two tables of halves: that differs from the sum in order by rounding
/// only, less than 16 parts in 2^24. What is within 2^-18 of the least is then added up in order.
/// - Parameters:
///   - values: of the 8 coordinates, and their costs.
///   - space: 4 KB for the tables, at a multiple of 32 bytes.
@inline(never)
func nearestNeighbour(
  _ list: UnsafeRawPointer, _ values: UnsafeRawPointer, _ costs: UnsafeRawPointer,
  _ step0: Float, _ step1: Float, _ step2: Float, _ space: UnsafeMutableRawPointer
) -> Int {
  let value = values.loadUnaligned(as: GridFloats.self)
  let cost = costs.loadUnaligned(as: GridFloats.self)
  let error0 = step0 - value
  let error1 = step1 - value
  let error2 = step2 - value
  let terms0 = cost * error0 * error0
  let terms1 = cost * error1 * error1
  let terms2 = cost * error2 * error2
  // A table of 256 sums for either half: row by row of the third and fourth coordinate's digits.
  fillHalf(space, terms0.lowHalf, terms1.lowHalf, terms2.lowHalf)
  fillHalf(space + 1024, terms0.highHalf, terms1.highHalf, terms2.highHalf)
  let count = Int(load16(list, 0))
  // Minima without branches. A sum that is NaN makes the second as small as the least.
  var least = Float.greatestFiniteMagnitude
  var second = Float.greatestFiniteMagnitude
  var best = -1
  var j = 1
  while j <= count {
    let packed = Int(load16(list, j))
    let sum = tableSum(space, packed)
    let later = sum > least ? sum : least
    second = later < second ? later : second
    best = sum < least ? packed : best
    least = sum < least ? sum : least
    j &+= 1
  }
  let signs = load64(costs, 0) | load64(costs, 1) | load64(costs, 2) | load64(costs, 3)
  let isPositive = signs & 0x8000_0000_8000_0000 == 0
  var limit = least * 1.000_003_8
  if isPositive && limit < 1e37 && limit < second { return best }
  if !isPositive || !(limit < 1e37) { limit = .infinity }
  let places = space + 2048
  (places).storeBytes(of: terms0, as: GridFloats.self)
  (places + 32).storeBytes(of: terms1, as: GridFloats.self)
  (places + 64).storeBytes(of: terms2, as: GridFloats.self)
  least = Float.greatestFiniteMagnitude
  best = -1
  j = 1
  while j <= count {
    let packed = Int(load16(list, j))
    j &+= 1
    if tableSum(space, packed) > limit { continue }
    var sum: Float = 0
    var i = 0
    while i < 8 {
      let digit = (packed &>> (2 &* i)) & 3
      sum += (places + 4 &* (8 &* digit &+ i)).load(as: Float.self)
      i &+= 1
    }
    if sum < least {
      least = sum
      best = packed
    }
  }
  return best
}

@inline(__always)
private func tableSum(_ space: UnsafeRawPointer, _ packed: Int) -> Float {
  (space + 4 &* (packed & 0xff)).load(as: Float.self)
    + (space + (1024 &+ 4 &* (packed &>> 8))).load(as: Float.self)
}

@inline(__always)
private func fillHalf(
  _ space: UnsafeMutableRawPointer, _ a: SIMD4<Float>, _ b: SIMD4<Float>, _ c: SIMD4<Float>
) {
  let first = SIMD4<Float>(a[0], b[0], c[0], c[0])
  let pairs0 = SIMD8<Float>(lowHalf: first + a[1], highHalf: first + b[1])
  let pairs1 = SIMD8<Float>(lowHalf: first + c[1], highHalf: first + c[1])
  fillRows(space, pairs0, pairs1, a[2], a[3], b[3], c[3], 0)
  fillRows(space, pairs0, pairs1, b[2], a[3], b[3], c[3], 64)
  fillRows(space, pairs0, pairs1, c[2], a[3], b[3], c[3], 128)
}

@inline(__always)
private func fillRows(
  _ space: UnsafeMutableRawPointer, _ pairs0: SIMD8<Float>, _ pairs1: SIMD8<Float>,
  _ third: Float, _ a: Float, _ b: Float, _ c: Float, _ place: Int
) {
  let low = pairs0 + third
  let high = pairs1 + third
  (space + place).storeBytes(of: low + a, as: SIMD8<Float>.self)
  (space + (place &+ 32)).storeBytes(of: high + a, as: SIMD8<Float>.self)
  (space + (place &+ 256)).storeBytes(of: low + b, as: SIMD8<Float>.self)
  (space + (place &+ 288)).storeBytes(of: high + b, as: SIMD8<Float>.self)
  (space + (place &+ 512)).storeBytes(of: low + c, as: SIMD8<Float>.self)
  (space + (place &+ 544)).storeBytes(of: high + c, as: SIMD8<Float>.self)
}

/// The nearest integer as ggml finds it, see `Codebook.rounded`, held between 0 and `greatest`.
@inline(__always)
func gridRounded(_ value: Float, _ greatest: Int32) -> Int32 {
  let bits = Int32(truncatingIfNeeded: (value + 12_582_912).bitPattern & 0x7f_ffff) &- 0x40_0000
  return bits < 0 ? 0 : bits > greatest ? greatest : bits
}

/// Sums of squares, in order, of up to four blocks of 256 f32 each, into `target`.
@inline(__always)
func blockSquares(
  _ source: UnsafeRawPointer, _ blocks: Int, _ target: UnsafeMutableRawPointer
) {
  var block = 0
  while block < blocks {
    // Four chains of additions side by side; where fewer blocks are left, the last again.
    let last = blocks &- 1
    let a = source + 1024 &* block
    let b = source + 1024 &* (block &+ 1 < last ? block &+ 1 : last)
    let c = source + 1024 &* (block &+ 2 < last ? block &+ 2 : last)
    let d = source + 1024 &* (block &+ 3 < last ? block &+ 3 : last)
    var sums = SIMD4<Float>.zero
    var j = 0
    while j < 256 {
      let values = SIMD4<Float>(
        Float(bitPattern: load32(a, j)), Float(bitPattern: load32(b, j)),
        Float(bitPattern: load32(c, j)), Float(bitPattern: load32(d, j)))
      sums += values * values
      j &+= 1
    }
    (target + 4 &* block).storeBytes(of: sums, as: SIMD4<Float>.self)
    block &+= 4
  }
}
