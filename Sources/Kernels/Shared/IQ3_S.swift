// IQ3_S: 256 weights as 64 points of a grid of 512, with a sign per weight and a 4-bit scale per 32
// weights. The specification is Quantization/Types/IQ3_S.swift; these give the same bytes.

/// Encodes 256 weights.
///
/// - Returns: whether the type can hold them.
@inline(__always)
func encodeIQ3_S(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ target: UnsafeMutableRawPointer,
  _ tables: UnsafeRawPointer, _ place: UnsafeMutableRawPointer
) -> Bool {
  let square2 = importance == nil ? 0 : FourGrids.twiceMeanSquare(source)
  var partScales = InlineArray<8, Float>(repeating: 0)
  target.initializeMemory(as: UInt8.self, repeating: 0, count: 110)
  var greatestScale: Float = 0
  // Sub-blocks of zeros get no indexes and signs; those that follow move up.
  var row = 0
  var part = 0
  while part < 8 {
    let signs = FourGrids.placeWeights(
      source + 128 &* part, importance.map { $0 + 128 &* part }, square2, place)
    let greatest = FourGrids.greatestMagnitude(place)
    if greatest > 0 {
      guard FourGrids.placeRoots(place) else { return false }
      let scale = FourGrids.fit(
        place, tables, greatest: greatest, first: -9, vectors: 3, keepsHits: false)
      if scale != scale { return false }
      partScales[unchecked: part] = scale
      greatestScale = scale > greatestScale ? scale : greatestScale
      var high: UInt32 = 0
      var group = 0
      while group < 8 {
        let index = FourGrids.pointIndex(load32(place + FourGrids.Place.points, group), tables)
        store8(index, target, 2 &+ 8 &* row &+ group)
        high |= (index &>> 8) &<< UInt32(truncatingIfNeeded: group)
        group &+= 1
      }
      store8(high, target, 66 &+ part)
      store32(signs, target + 74, row)
      row &+= 1
    }
    part &+= 1
  }
  if greatestScale == 0 { return true }
  let scale = greatestScale / 31
  let code = codeF16((scale * 1.033).bitPattern).bits
  store16(code, target, 0)
  let inverse = 1 / scale
  part = 0
  while part < 8 {
    let low = FourGrids.nearestLevel(inverse * partScales[unchecked: part], below: 16)
    let high = FourGrids.nearestLevel(inverse * partScales[unchecked: part &+ 1], below: 16)
    store8(low | high &<< 4, target, 106 &+ part &>> 1)
    part &+= 2
  }
  return code & 0x7c00 != 0x7c00
}

/// Rows of f32.
@inline(never)
public func f32ToIQ3_S(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  FourGrids.encodeRows(source, importance, columns, rows, target, tables, bytes: 110, encodeIQ3_S)
}

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func iq3_sToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  guard let tables else { return }
  var block = 0
  while block < blocks {
    let place = source + 110 &* block
    let scale = Float(bitPattern: wideF16(load16(place, 0)))
    let subScales = load32(place + 106, 0)
    var values = target + 1024 &* block
    var part = 0
    while part < 8 {
      let subScale = subScales &>> UInt32(truncatingIfNeeded: 4 &* part) & 15
      let high = UInt32(load8(place, 66 &+ part))
      FourGrids.decodePoints(
        scale * Float(1 &+ 2 &* subScale), load32(place + 74, part), values, tables,
        indexes: {
          UInt32(load8(place, 2 &+ 8 &* part &+ $0))
            | (high &<< UInt32(truncatingIfNeeded: 8 &- $0)) & 256
        })
      values += 128
      part &+= 1
    }
    block &+= 1
  }
}
