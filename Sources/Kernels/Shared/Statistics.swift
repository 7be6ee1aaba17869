/// Sums up at most 4096 f32: the unit in which statistics are defined.
///
/// Element i belongs to lane i mod 8; each lane adds its elements in their order in f64, and the
/// lanes are added as ((0+4)+(2+6)) + ((1+5)+(3+7)). NaN and infinities are counted and left out
/// of everything else; a least or greatest value of zero is +0.
///
/// `sums` receives sum and sum of squares, `range` least and greatest value (+infinity and
/// -infinity if no value is finite), `counts` the numbers of NaN, infinities and zeros.
@inline(never)
public func statisticsF32(
  _ source: UnsafeRawPointer, _ count: Int, _ sums: UnsafeMutablePointer<Double>,
  _ range: UnsafeMutablePointer<Float>, _ counts: UnsafeMutablePointer<Int>
) {
  var sum = SIMD8<Double>(repeating: 0)
  var squares = SIMD8<Double>(repeating: 0)
  var i = 0
  while i &+ 8 <= count {
    let place = source + 4 &* i
    let values = SIMD8<Double>(
      finite(place, 0), finite(place, 1), finite(place, 2), finite(place, 3),
      finite(place, 4), finite(place, 5), finite(place, 6), finite(place, 7))
    sum += values
    squares += values * values
    i &+= 8
  }
  while i < count {
    let value = finite(source, i)
    sum[i & 7] += value
    squares[i & 7] += value * value
    i &+= 1
  }
  sums[0] = folded(sum)
  sums[1] = folded(squares)

  // Floats order like integers once the lower bits of negative ones are inverted.
  var least = Int32.max
  var greatest = Int32.min
  var nans: UInt32 = 0
  var infinities: UInt32 = 0
  var zeros: UInt32 = 0
  i = 0
  while i < count {
    let bits = load32(source, i)
    let magnitude = bits & 0x7fff_ffff
    let plain = magnitude == 0 ? 0 : bits
    let key =
      Int32(bitPattern: plain)
      ^ Int32(bitPattern: UInt32(bitPattern: Int32(bitPattern: plain) &>> 31) &>> 1)
    let isFinite = magnitude < 0x7f80_0000
    let low = isFinite ? key : Int32.max
    let high = isFinite ? key : Int32.min
    least = low < least ? low : least
    greatest = high > greatest ? high : greatest
    nans &+= magnitude > 0x7f80_0000 ? 1 : 0
    infinities &+= magnitude == 0x7f80_0000 ? 1 : 0
    zeros &+= magnitude == 0 ? 1 : 0
    i &+= 1
  }
  let empty = nans &+ infinities == UInt32(truncatingIfNeeded: count)
  range[0] = empty ? .infinity : value(ofKey: least)
  range[1] = empty ? -.infinity : value(ofKey: greatest)
  counts[0] = Int(nans)
  counts[1] = Int(infinities)
  counts[2] = Int(zeros)
}

/// Element `index`, 0 if it is not finite.
@inline(__always)
func finite(_ source: UnsafeRawPointer, _ index: Int) -> Double {
  let bits = load32(source, index)
  return Double(Float(bitPattern: bits & 0x7fff_ffff < 0x7f80_0000 ? bits : 0))
}

@inline(__always)
func folded(_ lanes: SIMD8<Double>) -> Double {
  ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))
}

@inline(__always)
func value(ofKey key: Int32) -> Float {
  Float(
    bitPattern: UInt32(bitPattern: key ^ Int32(bitPattern: UInt32(bitPattern: key &>> 31) &>> 1)))
}
