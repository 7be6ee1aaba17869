// The search for one scale of many scales or minima (Quantization/Searches/ScaleFit.swift): lanes
// are blocks.

/// The integer in the low bits of the fraction after adding 1.5 * 2^23: `value` rounded to nearest
/// even, or what ggml makes of magnitudes beyond 2^22, infinities and NaN.
@inline(__always)
func fractionInteger(_ value: SIMD8<Float>) -> SIMD8<Float> {
  (value + 12_582_912).bits(and: 0x7f_ffff, or: 0x4b00_0000) - 12_582_912
}

/// Searches `count` values per lane, each with its mass, for the best scale and codes.
///
/// `codes` receives a byte per value as a float. `isSound` is 0 in lanes where a sum overflowed.
@inline(never)
func fitScales(
  _ values: UnsafePointer<SIMD8<Float>>, _ mass: UnsafePointer<SIMD8<Float>>,
  _ codes: UnsafeMutablePointer<SIMD8<Float>>, count: Int, greatest: Float,
  isSound: inout SIMD8<Float>
) -> SIMD8<Float> {
  let zero = SIMD8<Float>(repeating: 0)
  let one = SIMD8<Float>(repeating: 1)
  let top = SIMD8<Float>(repeating: greatest)
  var most = zero
  var j = 0
  while j < count {
    most = chosen(most .> values[j], most, values[j])
    j &+= 1
  }
  @inline(__always)
  func byte(_ level: SIMD8<Float>) -> SIMD8<Float> {
    (level + 12_582_912).bits(and: 0xff, or: 0x4b00_0000) - 8_388_608
  }
  @inline(__always)
  func level(_ place: SIMD8<Float>) -> SIMD8<Float> {
    let rounded = fractionInteger(place)
    return chosen(top .< rounded, top, rounded)
  }
  var density = top / most
  var spacing = one / density
  var best = zero
  j = 0
  while j < count {
    let difference = values[j] - spacing * byte(fractionInteger(density * values[j]))
    best += mass[j] * difference * difference
    j &+= 1
  }
  var trial: Float = -4
  while trial <= 4 {
    if trial != 0 {
      let candidate = SIMD8<Float>(repeating: 0.1 * trial + greatest) / most
      spacing = one / candidate
      var error = zero
      j = 0
      while j < count {
        let difference = values[j] - spacing * level(candidate * values[j])
        error += mass[j] * difference * difference
        j &+= 1
      }
      let isBetter = error .< best
      best = chosen(isBetter, error, best)
      density = chosen(isBetter, candidate, density)
    }
    trial += 1
  }
  var products = zero
  var squares = zero
  j = 0
  while j < count {
    let found = level(density * values[j])
    codes[j] = byte(found)
    products += mass[j] * values[j] * found
    squares += mass[j] * found * found
    j &+= 1
  }
  // A round that changes nothing in a lane would change nothing in the next either.
  var round = 0
  while round < 5 {
    var changes = zero
    j = 0
    while j < count {
      let old = codes[j]
      let weighted = mass[j] * values[j]
      let otherProducts = products - weighted * old
      let otherSquares = squares - mass[j] * old * old
      let found = level(values[j] * otherSquares / otherProducts)
      let newProducts = otherProducts + weighted * found
      let newSquares = otherSquares + mass[j] * found * found
      // What may replace the code: more than nothing if all conditions hold.
      var gain = chosen(
        newProducts * newProducts * squares .> products * products * newSquares, one, zero)
      gain = chosen(otherProducts .> zero, gain, zero)
      gain = chosen(otherSquares .> zero, gain, zero)
      gain = chosen(found .== old, zero, gain)
      let isBetter = gain .> zero
      codes[j] = chosen(isBetter, byte(found), old)
      products = chosen(isBetter, newProducts, products)
      squares = chosen(isBetter, newSquares, squares)
      changes = chosen(isBetter, one, changes)
      j &+= 1
    }
    if changes.isZero { break }
    round &+= 1
  }
  let isEmpty = most .< SIMD8<Float>(repeating: 1e-15)
  j = 0
  while j < count {
    codes[j] = chosen(isEmpty, zero, codes[j])
    j &+= 1
  }
  // Neither infinite nor NaN: 0 times the sum is 0.
  isSound = chosen(isEmpty, one, zero)
  isSound = chosen((products * zero + squares * zero) .== zero, one, isSound)
  return chosen(squares .> zero, chosen(isEmpty, zero, products / squares), zero)
}
