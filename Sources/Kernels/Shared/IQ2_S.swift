// IQ2_S: 256 weights as an f16 scale, 32 grid indexes of 10 bits, 32 sign bytes, and 16 scales of 4
// bits. The specification is Quantization/Types/IQ2_S.swift; these give the same bytes.

/// Rows of f32.
@inline(never)
public func f32ToIQ2_S(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  guard let tables else { return 0 }
  return eachGridBlock(source, importance, columns, rows) {
    index, values, weights, squares, space in
    let place = target + 82 &* index
    let spread = 2 * squares / 256
    var greatestScale: Float = 0
    var high: UInt32 = 0
    var sub = 0
    while sub < 16 {
      let (scale, words) = encodeSub16(
        space, tables, values + 64 &* sub, weights.map { $0 + 64 &* sub }, spread, 1e-8,
        areSignsEven: false)
      guard scale >= 0 else { return false }
      store32(scale.bitPattern, space + 6560, sub)
      greatestScale = scale > greatestScale ? scale : greatestScale
      let low = UInt32(truncatingIfNeeded: words)
      let next = UInt32(truncatingIfNeeded: words &>> 32)
      store8(low, place + 2, 2 &* sub)
      store8(next, place + 2, 2 &* sub &+ 1)
      store8(low &>> 16, place + 34, 2 &* sub)
      store8(next &>> 16, place + 34, 2 &* sub &+ 1)
      let bits = (low &>> 8) & 3 | ((next &>> 8) & 3) &<< 2
      high = sub & 1 == 0 ? bits : high | bits &<< 4
      if sub & 1 == 1 { store8(high, place + 66, sub &>> 1) }
      sub &+= 1
    }
    if greatestScale == 0 {
      store16(0, place, 0)
      store64(0, place + 74, 0)
      return true
    }
    return storeScales16(space, greatestScale, 0.9875, place, place + 74)
  }
}

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func iq2_sToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  guard let tables else { return }
  var block = 0
  while block < blocks {
    let place = source + 82 &* block
    let d = Float(bitPattern: wideF16(load16(place, 0)))
    var group = 0
    while group < 32 {
      let code =
        (load8(place + 74, group &>> 2) &>> UInt8(truncatingIfNeeded: (group & 2) &* 2)) & 15
      let scale = d * (0.5 + Float(code)) * 0.25
      let high = Int(load8(place + 66, group &>> 2)) &<< (8 &- 2 &* (group & 3)) & 0x300
      decodeMagnitudes(
        gridPoint(tables, Int(load8(place + 2, group)) | high), Int(load8(place + 34, group)),
        scale, target + (1024 &* block &+ 32 &* group))
      group &+= 1
    }
    block &+= 1
  }
}
