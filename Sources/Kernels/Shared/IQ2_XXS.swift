// IQ2_XXS: 256 weights as an f16 scale and, per 32 weights, four grid indexes of 8 bits, four times 7
// signs and a scale of 4 bits. The specification is Quantization/Types/IQ2_XXS.swift; these give the
// same bytes.

/// Rows of f32.
@inline(never)
public func f32ToIQ2_XXS(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  guard let tables, let importance else { return 0 }
  return eachGridBlock(source, importance, columns, rows) {
    index, values, weights, squares, space in
    let place = target + 66 &* index
    var greatestScale: Float = 0
    var sub = 0
    while sub < 8 {
      let (scale, word) = encodeSub32(
        space, tables, values + 128 &* sub, weights.map { $0 + 128 &* sub }, squares / 256)
      guard scale >= 0 else { return false }
      store32(scale.bitPattern, space + 6560, sub)
      greatestScale = scale > greatestScale ? scale : greatestScale
      store64(word, place + 2, sub)
      sub &+= 1
    }
    if greatestScale == 0 {
      store16(0, place, 0)
      sub = 0
      while sub < 8 {
        store64(0, place + 2, sub)
        sub &+= 1
      }
      return true
    }
    let d = greatestScale / 31
    let inverse = 1 / d
    sub = 0
    while sub < 8 {
      let code = scaleCode(inverse, gridFloat(space + 6560, sub), 15)
      store32(load32(place + 2, 2 &* sub &+ 1) | code &<< 28, place + 2, 2 &* sub &+ 1)
      sub &+= 1
    }
    guard d < 65520 else { return false }
    store16(codeF16(d.bitPattern).bits, place, 0)
    return true
  }
}

/// A sub-block of 32 weights: its scale, below 0 if ggml stops, and indexes and signs as stored.
@inline(never)
private func encodeSub32(
  _ space: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer, _ values: UnsafeRawPointer,
  _ importance: UnsafeRawPointer?, _ spread: Float
) -> (Float, UInt64) {
  let signs = space + 6624
  let greatest = fillMagnitudes(space, values, importance, 32, spread, areSignsEven: true, signs)
  if greatest < 1e-15 { return (0, 0) }
  let first = firstScale(space, greatest)
  if first * 3 <= 0 { return (0, 0) }
  var (scale, points) = searchMagnitudes(
    space, tables, groups: 4, steps: 6, greatest: first * 3, start: first, always: true)
  if points[0] < 0 { return (-1, 0) }
  var flip: UInt64 = 0
  if scale < 0 {
    scale = -scale
    flip = 0x7f
  }
  var word: UInt64 = 0
  var group = 0
  while group < 4 {
    let index = UInt64(truncatingIfNeeded: gridEntry(tables, Int(points[group])))
    let byte = (UInt64(load8(signs, group)) & 0x7f) ^ flip
    word |= (index & 0xff) &<< UInt64(truncatingIfNeeded: 8 &* group)
    word |= byte &<< UInt64(truncatingIfNeeded: 32 &+ 7 &* group)
    group &+= 1
  }
  return (scale, word)
}

/// The nearest integer as ggml finds it, at most 4.
@inline(__always)
private func level(_ value: Float) -> Int32 {
  let bits = Int32(truncatingIfNeeded: (value + 12_582_912).bitPattern & 0x7f_ffff) &- 0x40_0000
  return bits > 4 ? 4 : bits
}

/// A scale for levels 0...4, as the specification describes it; the scales to try are lanes.
@inline(__always)
private func firstScale(_ space: UnsafeMutableRawPointer, _ greatest: Float) -> Float {
  let center = 4 / greatest
  let around = GridFloats(-4, -3, -2, -1, 1, 2, 3, 4)
  let trials = (around * 0.1 + 4) / greatest
  let centerScale = 1 / center
  let scales = 1 / trials
  var least: Float = 0
  var sums = GridFloats.zero
  var i = 0
  while i < 32 {
    let value = gridFloat(space, i)
    let cost = gridFloat(space + 128, i)
    // Here, and only here, ggml reads the level as an unsigned byte without a limit.
    let middle = (center * value + 12_582_912).bitPattern & 0xff
    let error = value - centerScale * Float(Int32(truncatingIfNeeded: middle))
    least += cost * error * error
    let bits =
      (unsafeBitCast(trials * value + 12_582_912, to: GridWords.self) & 0x7f_ffff) &- 0x40_0000
    let above = bits &- 4
    let errors = value - scales * levels((above & (above &>> 31)) &+ 4)
    sums += cost * errors * errors
    i &+= 1
  }
  var inverse = center
  i = 0
  while i < 8 {
    if sums[i] < least {
      least = sums[i]
      inverse = trials[i]
    }
    i &+= 1
  }
  return improvedScale(space, inverse)
}

/// Integers of at most 23 bits with a sign as floats.
@inline(__always)
private func levels(_ values: GridWords) -> GridFloats {
  unsafeBitCast((values &+ 0x40_0000) | 0x4b00_0000, to: GridFloats.self) - 12_582_912
}

/// Changes levels one by one as long as that makes the fit better.
@inline(__always)
private func improvedScale(_ space: UnsafeMutableRawPointer, _ inverse: Float) -> Float {
  // Levels at 1152 as floats, as unsigned bytes hold them.
  let levels = space + 1152
  var product: Float = 0
  var square: Float = 0
  var i = 0
  while i < 32 {
    let value = gridFloat(space, i)
    let cost = gridFloat(space + 128, i)
    let found = level(inverse * value)
    store32(Float(found & 0xff).bitPattern, levels, i)
    product += cost * value * Float(found)
    square += cost * Float(found) * Float(found)
    i &+= 1
  }
  var round = 0
  while round < 5 {
    var hasChanged = false
    i = 0
    while i < 32 {
      if wouldChange(space, i, product, square) {
        let end = i &+ 8
        while i < end {
          let value = gridFloat(space, i)
          let cost = gridFloat(space + 128, i)
          let old = gridFloat(levels, i)
          var otherProduct = product - cost * value * old
          var otherSquare = square - cost * old * old
          if otherProduct > 0 && otherSquare > 0 {
            let found = level(value * otherSquare / otherProduct)
            let new = Float(found)
            if new != old {
              otherProduct += cost * value * new
              otherSquare += cost * new * new
              if otherProduct * otherProduct * square > product * product * otherSquare {
                store32(Float(found & 0xff).bitPattern, levels, i)
                product = otherProduct
                square = otherSquare
                hasChanged = true
              }
            }
          }
          i &+= 1
        }
      } else {
        i &+= 8
      }
    }
    if !hasChanged { break }
    round &+= 1
  }
  return square > 0 ? product / square : 0
}

/// Whether the first of the 8 weights from `i` on whose level changes exists: until then all see
/// the same sums, so that they can be tried at once.
@inline(__always)
private func wouldChange(
  _ space: UnsafeRawPointer, _ i: Int, _ product: Float, _ square: Float
) -> Bool {
  let value = (space + 4 &* i).load(as: GridFloats.self)
  let cost = (space + (128 &+ 4 &* i)).load(as: GridFloats.self)
  let old = (space + (1152 &+ 4 &* i)).load(as: GridFloats.self)
  let otherProduct = product - cost * value * old
  let otherSquare = square - cost * old * old
  let quotient = value * otherSquare / otherProduct
  let bits = (unsafeBitCast(quotient + 12_582_912, to: GridWords.self) & 0x7f_ffff) &- 0x40_0000
  let above = bits &- 4
  let new = levels((above & (above &>> 31)) &+ 4)
  let newProduct = otherProduct + cost * value * new
  let newSquare = otherSquare + cost * new * new
  let zero = GridWords.zero
  let isBetter = newProduct * newProduct * square .> product * product * newSquare
  var change = zero.replacing(with: GridWords(repeating: -1), where: isBetter)
  change = zero.replacing(with: change, where: otherProduct .> GridFloats.zero)
  change = zero.replacing(with: change, where: otherSquare .> GridFloats.zero)
  change = zero.replacing(with: change, where: new .!= old)
  let quads = unsafeBitCast(change, to: SIMD4<UInt64>.self)
  return quads[0] | quads[1] | quads[2] | quads[3] != 0
}

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func iq2_xxsToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  guard let tables else { return }
  var block = 0
  while block < blocks {
    let place = source + 66 &* block
    let d = Float(bitPattern: wideF16(load16(place, 0)))
    var sub = 0
    while sub < 8 {
      let indexes = Int(load32(place + 2, 2 &* sub))
      let word = Int(load32(place + 2, 2 &* sub &+ 1))
      let scale = d * (0.5 + Float(word &>> 28)) * 0.25
      var group = 0
      while group < 4 {
        decodeMagnitudes(
          gridPoint(tables, (indexes &>> (8 &* group)) & 0xff),
          evenSigns((word &>> (7 &* group)) & 127), scale,
          target + (1024 &* block &+ 128 &* sub &+ 32 &* group))
        group &+= 1
      }
      sub &+= 1
    }
    block &+= 1
  }
}
