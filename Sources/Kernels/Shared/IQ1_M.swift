// IQ1_M: 256 weights as the low bytes of 32 grid indexes, 4 bits each for their high bits and shifts,
// and 16 scales of 3 bits with the f16 scale in between. The specification is
// Quantization/Types/IQ1_M.swift; these give the same bytes.

/// Rows of f32.
@inline(never)
public func f32ToIQ1_M(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  guard let tables else { return 0 }
  return eachGridBlock(source, importance, columns, rows) {
    index, values, weights, squares, space in
    let spread = 2 * squares / 256
    var greatestScale: Float = 0
    var sub = 0
    while sub < 16 {
      let result = encodeTernary16(
        space, tables, values + 64 &* sub, weights.map { $0 + 64 &* sub }, spread, sub)
      guard result.scale >= 0 else { return false }
      store32(result.scale.bitPattern, space + 5568, sub)
      store8(result.shifts, space + 5696, sub)
      greatestScale = result.scale > greatestScale ? result.scale : greatestScale
      sub &+= 1
    }
    return storeIQ1_M(space, tables, values, greatestScale, target + 56 &* index)
  }
}

/// Fits the scale of a block, and writes the block; false if f16 cannot hold the scale.
@inline(never)
private func storeIQ1_M(
  _ space: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer, _ values: UnsafeRawPointer,
  _ greatest: Float, _ place: UnsafeMutableRawPointer
) -> Bool {
  let isEmpty = greatest == 0
  var d = greatest / 15
  let inverse = 1 / d
  var codes: UInt64 = 0
  var product: Float = 0
  var square: Float = 0
  var sub = 0
  while sub < 16 {
    let code = isEmpty ? 0 : scaleCode(inverse, gridFloat(space + 5568, sub), 7)
    // Four scales of 3 bits to 16 bits.
    codes |= UInt64(code) &<< UInt64(truncatingIfNeeded: 16 &* (sub &>> 2) &+ 3 &* (sub & 3))
    let shifts = isEmpty ? 0 : Int(load8(space + 5696, sub))
    let factor = Float(2 &* code &+ 1)
    var high: UInt32 = 0
    var half = 0
    while half < 2 {
      let index = load16(space + 5632, 2 &* sub &+ half)
      let shift = (shifts &>> half) & 1
      store8(UInt32(index), place, 2 &* sub &+ half)
      high |=
        (UInt32(index &>> 8) | UInt32(truncatingIfNeeded: shift &<< 3))
        &<< UInt32(truncatingIfNeeded: 4 &* half)
      if !isEmpty {
        var rest = Int32(truncatingIfNeeded: gridDigits(tables, Int(index)))
        let levels = space + 5888
        store32((ternaryLevel(0, shift) * factor).bitPattern, levels, 0)
        store32((ternaryLevel(1, shift) * factor).bitPattern, levels, 1)
        store32((ternaryLevel(2, shift) * factor).bitPattern, levels, 2)
        var i = 16 &* sub &+ 8 &* half
        let end = i &+ 8
        while i < end {
          let cost = gridFloat(space + 6720, i)
          let level = gridFloat(levels, Int(rest & 3))
          rest = rest &>> 2
          product += cost * level * gridFloat(values, i)
          square += cost * level * level
          i &+= 1
        }
      }
      half &+= 1
    }
    store8(high, place + 32, sub)
    sub &+= 1
  }
  guard square.magnitude < .infinity else { return false }
  if square > 0 { d = product / square }
  let scaled = isEmpty ? 0 : d * 1.1125
  guard scaled.magnitude < 65520 else { return false }
  let bits = UInt64(codeF16(scaled.bitPattern).bits)
  codes |= (bits & 15) &<< 12 | (bits &>> 4 & 15) &<< 28
  codes |= (bits &>> 8 & 15) &<< 44 | (bits &>> 12) &<< 60
  store64(codes, place + 48, 0)
  return true
}

/// A sub-block of 16 weights: its scale, NaN if it cannot be held, and the shifts of its halves bit
/// by bit; indexes at 5632.
@inline(never)
private func encodeTernary16(
  _ space: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer, _ values: UnsafeRawPointer,
  _ importance: UnsafeRawPointer?, _ spread: Float, _ sub: Int
) -> (scale: Float, shifts: UInt32) {
  store32(0, space + 5632, sub)
  let greatest = fillTernary(space, values, importance, 16, spread)
  // The costs of all sub-blocks are needed at the end.
  let costs = space + (6720 &+ 64 &* sub)
  costs.storeBytes(of: (space + 128).load(as: GridFloats.self), as: GridFloats.self)
  (costs + 32).storeBytes(of: (space + 160).load(as: GridFloats.self), as: GridFloats.self)
  if greatest < 1e-7 { return (0, 0) }
  sortTernary(space, 16)
  guard let split = splitTernary16(space) else { return (.nan, 0) }
  if split.shifts < 0 { return (0, 0) }
  let kind = split.scale < 0 ? 3 &- split.shifts : split.shifts
  let shifts = kind &>> 1 | (kind & 1) &<< 1
  let scale = settleTernary(space, tables, split, 16, shifts, 2 &* sub)
  return (scale, UInt32(truncatingIfNeeded: shifts))
}

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func iq1_mToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  guard let tables else { return }
  var block = 0
  while block < blocks {
    let place = source + 56 &* block
    let codes = load64(place + 48, 0)
    let bits =
      (codes &>> 12) & 15 | (codes &>> 24) & 0xf0 | (codes &>> 36) & 0xf00
      | (codes &>> 48) & 0xf000
    let d = Float(bitPattern: wideF16(UInt16(truncatingIfNeeded: bits)))
    var sub = 0
    while sub < 16 {
      let moved = codes &>> UInt64(truncatingIfNeeded: 16 &* (sub &>> 2) &+ 3 &* (sub & 3))
      let scale = d * Float(2 &* Int(moved & 7) &+ 1)
      let high = Int(load8(place + 32, sub))
      let first = Int(load8(place, 2 &* sub)) | (high & 7) &<< 8
      let second = Int(load8(place, 2 &* sub &+ 1)) | (high &>> 4 & 7) &<< 8
      let values = target + (1024 &* block &+ 64 &* sub)
      decodeTernary(gridPoint(tables, first), high & 8 == 0 ? 0.125 : -0.125, scale, values)
      decodeTernary(gridPoint(tables, second), high & 128 == 0 ? 0.125 : -0.125, scale, values + 32)
      sub &+= 1
    }
    block &+= 1
  }
}
