// Q1_0: 128 weights as an f16 scale and signs. The specification is
// Quantization/Types/Q1_0.swift; these give the same bytes.

/// Sums of the magnitudes of four blocks, each added up in order; blocks after `last` are that block.
@inline(__always)
private func sums(
  _ source: UnsafeRawPointer, _ scalar: RowScalar, _ block: Int, _ last: Int
) -> SIMD4<Float> {
  @inline(__always) func start(_ k: Int) -> Int {
    128 &* (block &+ k < last ? block &+ k : last)
  }
  let (a, b, c, d) = (start(0), start(1), start(2), start(3))
  var sums = SIMD4<Float>.zero
  var j = 0
  while j < 128 {
    let x = four(source, a &+ j, scalar) & 0x7fff_ffff
    let y = four(source, b &+ j, scalar) & 0x7fff_ffff
    let z = four(source, c &+ j, scalar) & 0x7fff_ffff
    let w = four(source, d &+ j, scalar) & 0x7fff_ffff
    sums += unsafeBitCast(SIMD4(x[0], y[0], z[0], w[0]), to: SIMD4<Float>.self)
    sums += unsafeBitCast(SIMD4(x[1], y[1], z[1], w[1]), to: SIMD4<Float>.self)
    sums += unsafeBitCast(SIMD4(x[2], y[2], z[2], w[2]), to: SIMD4<Float>.self)
    sums += unsafeBitCast(SIMD4(x[3], y[3], z[3], w[3]), to: SIMD4<Float>.self)
    j &+= 4
  }
  return sums
}

/// Encodes `count` elements; gives the index of the first block that is not held, or -1.
@inline(__always)
private func encodeQ1_0(
  _ source: UnsafeRawPointer, _ scalar: RowScalar, _ count: Int, _ target: UnsafeMutableRawPointer
) -> Int {
  let blocks = count / 128
  var block = 0
  while block < blocks {
    let scales = sums(source, scalar, block, blocks &- 1) / 128
    let four = blocks &- block < 4 ? blocks &- block : 4
    var k = 0
    while k < four {
      let scale = scales[k]
      guard scale < 65520 else { return block &+ k }
      let place = target + 18 &* (block &+ k)
      store16(codeF16(scale.bitPattern).bits, place, 0)
      let start = 128 &* (block &+ k)
      var part = 0
      while part < 16 {
        // Zero of either sign counts as positive.
        let bits = unsafeBitCast(
          eight(source, start &+ 8 &* part, scalar) .>= 0, to: SIMD8<UInt32>.self)
        let ones = bits & SIMD8<UInt32>(1, 2, 4, 8, 16, 32, 64, 128)
        let words = unsafeBitCast(ones, to: SIMD4<UInt64>.self)
        let word = words[0] | words[1] | words[2] | words[3]
        store8(UInt32(truncatingIfNeeded: word | word &>> 32), place, 2 &+ part)
        part &+= 1
      }
      k &+= 1
    }
    block &+= four &- 1
    block &+= 1
  }
  return -1
}

/// Rows of f32.
@inline(never)
public func f32ToQ1_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeQ1_0(source, rowF32, columns &* rows, target) }

/// Rows of bf16.
@inline(never)
public func bf16ToQ1_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeQ1_0(source, rowBF16, columns &* rows, target) }

/// Rows of f16.
@inline(never)
public func f16ToQ1_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeQ1_0(source, rowF16, columns &* rows, target) }

/// `blocks` blocks to 128 f32 each.
@inline(never)
public func q1_0ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  var block = 0
  while block < blocks {
    let place = source + 18 &* block
    // Eight and minus eight times this are the two weights; both products are exact.
    let eighth = Float(bitPattern: wideF16(load16(place, 0))) * 0.125
    let values = target + 512 &* block
    var part = 0
    while part < 16 {
      let signs = floats(fifthBits(UInt32(load8(place, 2 &+ part)))) - 8
      (values + 32 &* part).storeBytes(of: signs * eighth, as: SIMD8<Float>.self)
      part &+= 1
    }
    block &+= 1
  }
}
