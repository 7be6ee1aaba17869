// Q6_K: 256 weights as 6-bit levels in 16 groups with 8-bit scales. The specification is
// Quantization/Types/Q6_K.swift; these give the same bytes.

/// Rows of f32.
@inline(never)
public func f32ToQ6_K(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  withUnsafeTemporaryAllocation(byteCount: 64 &* 72, alignment: 64) { memory in
    guard let base = memory.baseAddress else { return 0 }
    let values = base.assumingMemoryBound(to: Lanes16.self)
    let inRow = columns / 256
    let blocks = inRow &* rows
    var block = 0
    var column = 0
    while block < blocks {
      let weights = importance.map { $0 + 1024 &* column }
      let isHeld = encodeQ6_K(source + 1024 &* block, weights, target + 210 &* block, values)
      guard isHeld else { return block }
      block &+= 1
      column = column &+ 1 == inRow ? 0 : column &+ 1
    }
    return -1
  }
}

/// One block.
///
/// - Parameter memory: 72 rows.
/// - Returns: whether the type can hold it.
@inline(never)
private func encodeQ6_K(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ target: UnsafeMutableRawPointer,
  _ memory: LaneRows16
) -> Bool {
  let (values, weights, weighted) = (memory, memory + 16, memory + 32)
  transposeLanes(into: values) { source + 64 &* $0 }
  let extremes = laneExtremes(values)
  guard extremes.greatest < 0x7f80_0000 else { return false }
  if let importance {
    transposeLanes(into: weights) { importance + 64 &* $0 }
  } else {
    var i = 0
    while i < 16 {
      weights[i] = values[i] * values[i]
      i &+= 1
    }
  }
  var i = 0
  while i < 16 {
    weighted[i] = weights[i] * values[i]
    i &+= 1
  }
  let fit = fitSymmetric(
    values, weights: weights, weighted: weighted, half: 32, extremes: extremes)
  guard isSound(fit) else { return false }
  memory[48] = fit.scale
  memory[49] = fit.inverse
  memory[50] = deadFlags(extremes)
  let scales = laneValues(memory + 48)
  let levels = memory + 52
  var greatest: Float = 0
  i = 0
  while i < 16 {
    greatest = scales[i].magnitude > greatest.magnitude ? scales[i] : greatest
    i &+= 1
  }
  guard greatest.magnitude >= 1e-15 else {
    i = 0
    while i < 210 {
      store8(0, target, i)
      i &+= 1
    }
    return true
  }
  let inverse = -128 / greatest
  let code = codeF16((1 / inverse).bitPattern).bits
  guard code & 0x7c00 != 0x7c00 else { return false }
  let scale = Float(bitPattern: wideF16(UInt16(truncatingIfNeeded: code)))
  i = 0
  while i < 16 {
    let sum = (inverse * scales[i] + 12_582_912).bitPattern
    let nearest = Int32(bitPattern: sum & 0x7f_ffff) &- 0x40_0000
    let subScale = Int8(truncatingIfNeeded: nearest > 127 ? 127 : nearest)
    target.storeBytes(of: subScale, toByteOffset: 192 &+ i, as: Int8.self)
    levels[i] = laneFloats(
      groupLevels(
        source + 64 &* i, scale: scale * Float(subScale), inverse: scales[16 &+ i],
        isDead: scales[32 &+ i] != 0, half: 32))
    i &+= 1
  }
  store16(code, target, 104)
  let codes = UnsafeMutableRawPointer(memory + 68)
  narrowLevels(levels, into: codes)
  packQ6_K(codes, target)
  return true
}

/// 256 levels, a byte each, into `ql` and `qh`, eight bytes at a time.
@inline(never)
private func packQ6_K(_ levels: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
  let (low, high): (UInt64, UInt64) = (0x0f0f_0f0f_0f0f_0f0f, 0x0303_0303_0303_0303)
  var k = 0
  while k < 8 {
    // Words of quarters of a half block, and where their bits go.
    let (half, word) = (k &>> 2, k & 3)
    let first = 16 &* half &+ word
    let a = load64(levels, first)
    let b = load64(levels, first &+ 4)
    let c = load64(levels, first &+ 8)
    let d = load64(levels, first &+ 12)
    store64((a & low) | (c & low) &<< 4, target, 8 &* half &+ word)
    store64((b & low) | (d & low) &<< 4, target, 8 &* half &+ 4 &+ word)
    let quarters = (a &>> 4 & high) | (b &>> 4 & high) &<< 2 | (c &>> 4 & high) &<< 4
    store64(quarters | (d &>> 4 & high) &<< 6, target, 16 &+ 4 &* half &+ word)
    k &+= 1
  }
}

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func q6_KToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  withUnsafeTemporaryAllocation(byteCount: 256, alignment: 64) { memory in
    guard let codes = memory.baseAddress else { return }
    var block = 0
    while block < blocks {
      let place = source + 210 &* block
      let scale = Float(bitPattern: wideF16(load16(place, 104)))
      unpackQ6_K(place, codes)
      var group = 0
      while group < 16 {
        let subScale = Int8(bitPattern: load8(place, 192 &+ group))
        storeGroup(
          codes + 16 &* group, bias: 32, scale * Float(subScale),
          target + (1024 &* block &+ 64 &* group))
        group &+= 1
      }
      block &+= 1
    }
  }
}

/// 256 levels, a byte each, out of `ql` and `qh`.
@inline(__always)
private func unpackQ6_K(_ source: UnsafeRawPointer, _ levels: UnsafeMutableRawPointer) {
  let (low, high): (UInt64, UInt64) = (0x0f0f_0f0f_0f0f_0f0f, 0x3030_3030_3030_3030)
  var k = 0
  while k < 8 {
    let (half, word) = (k &>> 2, k & 3)
    let a = load64(source, 8 &* half &+ word)
    let b = load64(source, 8 &* half &+ 4 &+ word)
    let quarters = load64(source, 16 &+ 4 &* half &+ word)
    let first = 16 &* half &+ word
    store64((a & low) | (quarters &<< 4 & high), levels, first)
    store64((b & low) | (quarters &<< 2 & high), levels, first &+ 4)
    store64((a &>> 4 & low) | (quarters & high), levels, first &+ 8)
    store64((b &>> 4 & low) | (quarters &>> 2 & high), levels, first &+ 12)
    k &+= 1
  }
}
