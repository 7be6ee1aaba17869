// The search of the IQ1 types: Quantization/Codebooks/TernarySearch.swift is the specification.

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
/// 1408   rows of 48: what a rank adds to the sums of a way, see TernarySplits.swift
/// 3200   tables of `nearestNeighbour`: 2304 bytes, after the rows are needed
/// 5504   squares of blocks; 5568: scales of 16 sub-blocks; 5632: 32 indexes (u16); 5696: 16 shifts
/// 5760   packed digits of four groups (u32); 5824: 8 sums of halves; 5856: 8 scores; 5888: 3 levels
/// ```
let ternarySpace = 5904

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
      let isLater = (space + (6684 &- 4 &* (j &- i))).loadUnaligned(as: SIMD8<UInt32>.self)
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
