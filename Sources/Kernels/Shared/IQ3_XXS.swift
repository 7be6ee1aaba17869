// IQ3_XXS: 256 weights as 64 points of a grid of 256, 28 bits of signs and a 4-bit scale per 32
// weights. The specification is Quantization/Types/IQ3_XXS.swift; these give the same bytes.

/// Makes the count of negative weights even in each 8 of 32: where it is odd, the weight whose
/// weighted square is least changes its sign, the first of several.
@inline(__always)
func evenSigns(_ place: UnsafeMutableRawPointer, _ signs: UInt32) -> UInt32 {
  var parities = signs ^ signs &>> 4
  parities ^= parities &>> 2
  parities = (parities ^ parities &>> 1) & 0x0101_0101
  var even = signs
  var group = 0
  while group < 32 {
    if parities &>> UInt32(truncatingIfNeeded: group) & 1 != 0 {
      var cheapest = group
      var least = Float(0)
      var j = group
      while j < group &+ 8 {
        let value = FourGrids.f32(place, FourGrids.Place.magnitudes, j)
        let cost = FourGrids.f32(place, FourGrids.Place.costs, j) * value * value
        if j == group || cost < least {
          least = cost
          cheapest = j
        }
        j &+= 1
      }
      let value = FourGrids.f32(place, FourGrids.Place.magnitudes, cheapest)
      (place + (FourGrids.Place.magnitudes &+ 4 &* cheapest)).storeBytes(of: -value, as: Float.self)
      even ^= 1 &<< UInt32(truncatingIfNeeded: cheapest)
    }
    group &+= 8
  }
  return even
}

/// Encodes 256 weights.
///
/// - Returns: whether the type can hold them.
@inline(__always)
func encodeIQ3_XXS(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ target: UnsafeMutableRawPointer,
  _ tables: UnsafeRawPointer, _ place: UnsafeMutableRawPointer
) -> Bool {
  let square2 = importance == nil ? 0 : FourGrids.twiceMeanSquare(source)
  var partScales = InlineArray<8, Float>(repeating: 0)
  var words = InlineArray<8, UInt32>(repeating: 0)
  target.initializeMemory(as: UInt8.self, repeating: 0, count: 98)
  var greatestScale: Float = 0
  var part = 0
  while part < 8 {
    var signs = FourGrids.placeWeights(
      source + 128 &* part, importance.map { $0 + 128 &* part }, square2, place)
    signs = evenSigns(place, signs)
    let greatest = FourGrids.greatestMagnitude(place)
    if greatest >= 1e-8 {
      guard FourGrids.placeRoots(place) else { return false }
      let scale = FourGrids.fit(
        place, tables, greatest: greatest, first: -15, vectors: 4, keepsHits: true)
      if scale != scale { return false }
      if scale < 0 { signs = ~signs }
      words[unchecked: part] =
        signs & 0x7f | signs &>> 1 & 0x3f80 | signs &>> 2 & 0x1f_c000 | signs &>> 3 & 0xfe0_0000
      partScales[unchecked: part] = scale.magnitude
      greatestScale = scale.magnitude > greatestScale ? scale.magnitude : greatestScale
      var group = 0
      while group < 8 {
        store8(
          FourGrids.pointIndex(load32(place + FourGrids.Place.points, group), tables), target,
          2 &+ 8 &* part &+ group)
        group &+= 1
      }
    }
    part &+= 1
  }
  if greatestScale == 0 {
    target.initializeMemory(as: UInt8.self, repeating: 0, count: 98)
    return true
  }
  let scale = greatestScale / 31
  let code = codeF16((scale * 1.0125).bitPattern).bits
  store16(code, target, 0)
  let inverse = 1 / scale
  part = 0
  while part < 8 {
    let level = FourGrids.nearestLevel(inverse * partScales[unchecked: part], below: 16)
    store32(words[unchecked: part] | level &<< 28, target + 66, part)
    part &+= 1
  }
  return code & 0x7c00 != 0x7c00
}

/// Rows of f32.
@inline(never)
public func f32ToIQ3_XXS(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  FourGrids.encodeRows(source, importance, columns, rows, target, tables, bytes: 98, encodeIQ3_XXS)
}

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func iq3_xxsToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  guard let tables else { return }
  var block = 0
  while block < blocks {
    let place = source + 98 &* block
    let scale = Float(bitPattern: wideF16(load16(place, 0)))
    var values = target + 1024 &* block
    var part = 0
    while part < 8 {
      let word = load32(place + 66, part)
      let step = scale * (0.5 + Float(word &>> 28)) * 0.5
      let spread =
        word & 0x7f | (word &<< 1) & 0x7f00 | (word &<< 2) & 0x7f_0000 | (word &<< 3) & 0x7f00_0000
      var parities = spread ^ spread &>> 4
      parities ^= parities &>> 2
      parities = (parities ^ parities &>> 1) & 0x0101_0101
      FourGrids.decodePoints(
        step, spread | parities &<< 7, values, tables,
        indexes: { UInt32(load8(place, 2 &+ 8 &* part &+ $0)) })
      values += 128
      part &+= 1
    }
    block &+= 1
  }
}
