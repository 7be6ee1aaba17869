// IQ1_S: 256 weights as an f16 scale, the low bytes of 32 grid indexes and, per 32 weights, 16 bits
// with their high bits, a scale of 3 bits and a shift. The specification is
// Quantization/Types/IQ1_S.swift; these give the same bytes.

/// Rows of f32.
@inline(never)
public func f32ToIQ1_S(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  guard let tables, let importance else { return 0 }
  return eachGridBlock(source, importance, columns, rows) {
    index, values, weights, squares, space in
    let place = target + 50 &* index
    var greatestScale: Float = 0
    var sub = 0
    while sub < 8 {
      let result = encodeTernary32(
        space, tables, values + 128 &* sub, weights.map { $0 + 128 &* sub }, 2 * squares / 256, sub)
      guard result.scale >= 0 else { return false }
      store32(result.scale.bitPattern, space + 5568, sub)
      store32(result.shift, space + 5696, sub)
      greatestScale = result.scale > greatestScale ? result.scale : greatestScale
      sub &+= 1
    }
    let d = greatestScale / 15
    let inverse = 1 / d
    sub = 0
    while sub < 8 {
      var word: UInt32 = 0
      var group = 0
      while group < 4 {
        let found = UInt32(load16(space + 5632, 4 &* sub &+ group))
        store8(found, place + 2, 4 &* sub &+ group)
        word |= (found &>> 8) &<< UInt32(truncatingIfNeeded: 3 &* group)
        group &+= 1
      }
      if greatestScale != 0 {
        word |= scaleCode(inverse, gridFloat(space + 5568, sub), 7) &<< 12
        word |= load32(space + 5696, sub) &<< 15
      }
      store16(word, place + 34, sub)
      sub &+= 1
    }
    let scaled = d * 1.125
    guard scaled < 65520 else { return false }
    store16(codeF16(scaled.bitPattern).bits, place, 0)
    return true
  }
}

/// A sub-block of 32 weights: its scale, NaN if it cannot be held, and its shift; indexes at 5632.
@inline(never)
private func encodeTernary32(
  _ space: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer, _ values: UnsafeRawPointer,
  _ importance: UnsafeRawPointer?, _ spread: Float, _ sub: Int
) -> (scale: Float, shift: UInt32) {
  store64(0, space + 5632, sub)
  let greatest = fillTernary(space, values, importance, 32, spread)
  if greatest < 1e-12 { return (0, 0) }
  sortTernary(space, 32)
  guard let split = splitTernary32(space) else { return (.nan, 0) }
  if split.shifts < 0 { return (0, 0) }
  let shift = split.scale < 0 ? 1 &- split.shifts : split.shifts
  let scale = settleTernary(space, tables, split, 32, shift == 0 ? 0 : 15, 4 &* sub)
  return (scale, UInt32(truncatingIfNeeded: shift))
}

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func iq1_sToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  guard let tables else { return }
  var block = 0
  while block < blocks {
    let place = source + 50 &* block
    let d = Float(bitPattern: wideF16(load16(place, 0)))
    var sub = 0
    while sub < 8 {
      let word = Int(load16(place + 34, sub))
      let scale = d * Float(2 &* ((word &>> 12) & 7) &+ 1)
      let shift: Float = word & 0x8000 == 0 ? 0.125 : -0.125
      var group = 0
      while group < 4 {
        let index =
          Int(load8(place + 2, 4 &* sub &+ group)) | ((word &>> (3 &* group)) & 7) &<< 8
        decodeTernary(
          gridPoint(tables, index), shift, scale,
          target + (1024 &* block &+ 128 &* sub &+ 32 &* group))
        group &+= 1
      }
      sub &+= 1
    }
    block &+= 1
  }
}
