// IQ2_XS: 256 weights as an f16 scale, 32 words of a 9-bit grid index and 7 signs, and 16 scales of 4
// bits. The specification is Quantization/Types/IQ2_XS.swift; these give the same bytes.

/// Encodes the blocks of rows of f32, one after the other.
///
/// `encode` gets the index of a block, its weights, the importance of its columns and its sum of
/// squares. Memory of `magnitudeSpace` bytes is there for the search.
///
/// - Returns: index of the first block that is not finite, or for which `encode` is false; else -1.
@inline(__always)
func eachGridBlock(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ encode: (Int, UnsafeRawPointer, UnsafeRawPointer?, Float, UnsafeMutableRawPointer) -> Bool
) -> Int {
  let blocks = columns / 256
  return withUnsafeTemporaryAllocation(byteCount: magnitudeSpace, alignment: 64) { memory in
    guard let space = memory.baseAddress else { return 0 }
    (space + 6656).storeBytes(of: .zero, as: SIMD8<UInt32>.self)
    (space + 6688).storeBytes(of: .one, as: SIMD8<UInt32>.self)
    var row = 0
    while row < rows {
      var block = 0
      while block < blocks {
        let index = row &* blocks &+ block
        let values = source + 1024 &* index
        if block & 3 == 0 {
          let left = blocks &- block
          blockSquares(values, left < 4 ? left : 4, space + 6528)
        }
        let squares = gridFloat(space + 6528, block & 3)
        guard squares < .infinity else { return index }
        guard encode(index, values, importance.map { $0 + 1024 &* block }, squares, space) else {
          return index
        }
        block &+= 1
      }
      row &+= 1
    }
    return -1
  }
}

/// Rows of f32.
@inline(never)
public func f32ToIQ2_XS(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  guard let tables, let importance else { return 0 }
  return eachGridBlock(source, importance, columns, rows) {
    index, values, weights, squares, space in
    let place = target + 74 &* index
    var greatestScale: Float = 0
    var sub = 0
    while sub < 16 {
      let (scale, words) = encodeSub16(
        space, tables, values + 64 &* sub, weights.map { $0 + 64 &* sub }, squares / 256, 1e-15,
        areSignsEven: true)
      guard scale >= 0 else { return false }
      store32(scale.bitPattern, space + 6560, sub)
      greatestScale = scale > greatestScale ? scale : greatestScale
      // Index and sign byte of both groups, 16 bits each.
      let first = (words & 0x1ff) | ((words &>> 16) & 0x7f) &<< 9
      let second = ((words &>> 32) & 0x1ff) | ((words &>> 48) & 0x7f) &<< 9
      store16(UInt32(truncatingIfNeeded: first), place + 2, 2 &* sub)
      store16(UInt32(truncatingIfNeeded: second), place + 2, 2 &* sub &+ 1)
      sub &+= 1
    }
    if greatestScale == 0 {
      var byte = 0
      while byte < 74 {
        store8(0, place, byte)
        byte &+= 1
      }
      return true
    }
    return storeScales16(space, greatestScale, 1, place, place + 66)
  }
}

/// A sub-block of 16 weights: its scale, below 0 if ggml stops, and index and sign byte of either
/// group in 16 bits each.
@inline(never)
func encodeSub16(
  _ space: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer, _ values: UnsafeRawPointer,
  _ importance: UnsafeRawPointer?, _ spread: Float, _ least: Float, areSignsEven: Bool
) -> (Float, UInt64) {
  let signs = space + 6624
  let greatest = fillMagnitudes(
    space, values, importance, 16, spread, areSignsEven: areSignsEven, signs)
  if greatest < least { return (0, 0) }
  var (scale, points) = searchMagnitudes(
    space, tables, groups: 2, steps: 9, greatest: greatest, start: greatest / 5, always: false)
  if points[0] < 0 { return (-1, 0) }
  var flip: UInt64 = 0
  if scale < 0 {
    scale = -scale
    flip = 0xff
  }
  let first = UInt64(truncatingIfNeeded: gridEntry(tables, Int(points[0])))
  let second = UInt64(truncatingIfNeeded: gridEntry(tables, Int(points[1])))
  let low = first | (UInt64(load8(signs, 0)) ^ flip) &<< 16
  let high = second | (UInt64(load8(signs, 1)) ^ flip) &<< 16
  return (scale, low | high &<< 32)
}

/// Writes the scale of the block and 16 scales of 4 bits; false if f16 cannot hold the scale.
@inline(__always)
func storeScales16(
  _ space: UnsafeRawPointer, _ greatest: Float, _ factor: Float,
  _ place: UnsafeMutableRawPointer, _ codes: UnsafeMutableRawPointer
) -> Bool {
  let d = greatest / 31
  let inverse = 1 / d
  var byte = 0
  while byte < 8 {
    let low = scaleCode(inverse, gridFloat(space + 6560, 2 &* byte), 15)
    let high = scaleCode(inverse, gridFloat(space + 6560, 2 &* byte &+ 1), 15)
    store8(low | high &<< 4, codes, byte)
    byte &+= 1
  }
  let scaled = d * factor
  guard scaled < 65520 else { return false }
  store16(codeF16(scaled.bitPattern).bits, place, 0)
  return true
}

/// 8 weights: a scale times the bytes of a point, with signs.
@inline(__always)
func decodeMagnitudes(
  _ point: UInt64, _ signs: Int, _ scale: Float, _ target: UnsafeMutableRawPointer
) {
  // Spelled out: the conversion of a vector would be a call, and weak code.
  let points = GridFloats(
    Float(UInt8(truncatingIfNeeded: point)), Float(UInt8(truncatingIfNeeded: point &>> 8)),
    Float(UInt8(truncatingIfNeeded: point &>> 16)), Float(UInt8(truncatingIfNeeded: point &>> 24)),
    Float(UInt8(truncatingIfNeeded: point &>> 32)), Float(UInt8(truncatingIfNeeded: point &>> 40)),
    Float(UInt8(truncatingIfNeeded: point &>> 48)), Float(UInt8(truncatingIfNeeded: point &>> 56)))
  let levels = points * scale
  let bits =
    SIMD8<UInt32>(repeating: UInt32(truncatingIfNeeded: signs))
    &<< SIMD8<UInt32>(31, 30, 29, 28, 27, 26, 25, 24)
  let signed = unsafeBitCast(levels, to: SIMD8<UInt32>.self) ^ (bits & 0x8000_0000)
  target.storeBytes(of: unsafeBitCast(signed, to: GridFloats.self), as: GridFloats.self)
}

/// The sign byte of seven stored bits: the eighth makes their number even.
@inline(__always)
func evenSigns(_ stored: Int) -> Int { stored | (stored.nonzeroBitCount & 1) &<< 7 }

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func iq2_xsToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  guard let tables else { return }
  var block = 0
  while block < blocks {
    let place = source + 74 &* block
    let d = Float(bitPattern: wideF16(load16(place, 0)))
    var group = 0
    while group < 32 {
      let code =
        (load8(place + 66, group &>> 2) &>> UInt8(truncatingIfNeeded: (group & 2) &* 2)) & 15
      let scale = d * (0.5 + Float(code)) * 0.25
      let word = Int(load16(place + 2, group))
      decodeMagnitudes(
        gridPoint(tables, word & 511), evenSigns(word &>> 9), scale,
        target + (1024 &* block &+ 32 &* group))
      group &+= 1
    }
    block &+= 1
  }
}
