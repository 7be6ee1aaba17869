// IQ4_NL: 32 weights as indexes of sixteen levels with an f16 scale. The specification is
// Quantization/Types/IQ4_NL.swift; these give the same bytes.

/// Rows of f32.
@inline(never)
public func f32ToIQ4_NL(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  let inRow = columns / 32
  let blocks = inRow &* rows
  return withUnsafeTemporaryAllocation(byteCount: 64 &* 240, alignment: 64) { memory in
    guard let base = memory.baseAddress else { return 0 }
    let rows = base.assumingMemoryBound(to: Lanes16.self)
    var block = 0
    while block < blocks {
      let count = blocks &- block < 16 ? blocks &- block : 16
      let bad = encodeIQ4_NL(
        source + 128 &* block, count, importance, block % inRow, inRow, target + 18 &* block, rows)
      guard bad < 0 else { return block &+ bad }
      block &+= count
    }
    return -1
  }
}

/// Up to sixteen blocks, from block `column` of a row of `inRow` blocks on.
///
/// - Parameter memory: 240 rows.
/// - Returns: the first block that the type cannot hold, or -1.
@inline(never)
private func encodeIQ4_NL(
  _ source: UnsafeRawPointer, _ count: Int, _ importance: UnsafeRawPointer?, _ column: Int,
  _ inRow: Int, _ target: UnsafeMutableRawPointer, _ memory: LaneRows16
) -> Int {
  let (values, weights) = (memory, memory + 32)
  spreadRuns(source, count, into: values)
  var squares = Lanes16.zero
  var i = 0
  while i < 32 {
    let square = values[i] * values[i]
    weights[i] = square
    squares += square
    i &+= 1
  }
  if let importance {
    memory[64] = squares * (2 / 32)
    let variances = laneValues(memory + 64)
    // The last block stands in for those that are missing.
    let emphasis = laneValues(memory + 80)
    i = 0
    while i < count {
      let place = importance + 128 &* ((column &+ i) % inRow)
      storeEmphasis(emphasis + 32 &* i, source + 128 &* i, place, 32, variance: variances[i])
      i &+= 1
    }
    spreadRuns(emphasis, count, into: weights)
  }
  let fit = fitNonlinear(values, weights: weights, memory + 64)
  (memory[224], memory[225]) = (fit.scale, fit.squares)
  let (scales, sums) = (laneValues(memory + 224), laneValues(memory + 225))
  let codes = UnsafeMutableRawPointer(memory + 16)
  i = 0
  while i < count {
    memory[i] = laneFloats(
      nonlinearCodes(source + 128 &* i, inverse: scales[i] == 0 ? 0 : 1 / scales[i]))
    i &+= 1
  }
  narrowLevels(memory, into: codes)
  i = 0
  while i < count {
    guard fit.isFinite || isFiniteRun(source + 128 &* i) else { return i }
    guard scales[i].isFinite, sums[i].isFinite else { return i }
    let code = codeF16(scales[i].bitPattern).bits
    guard code & 0x7c00 != 0x7c00 else { return i }
    let place = target + 18 &* i
    store16(code, place, 0)
    store64(load64(codes, 2 &* i), place + 2, 0)
    store64(load64(codes, 2 &* i &+ 1), place + 2, 1)
    i &+= 1
  }
  return -1
}

/// `blocks` blocks to 32 f32 each.
@inline(never)
public func iq4_NLToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  withUnsafeTemporaryAllocation(byteCount: 768, alignment: 64) { memory in
    guard let codes = memory.baseAddress else { return }
    let levels = codes + 256
    var block = 0
    while block < blocks {
      let count = blocks &- block < 16 ? blocks &- block : 16
      var i = 0
      while i < count {
        let place = source + (18 &* (block &+ i) &+ 2)
        store64(load64(place, 0), codes, 2 &* i)
        store64(load64(place, 1), codes, 2 &* i &+ 1)
        i &+= 1
      }
      nonlinearLevels(codes, 16 &* count, into: levels)
      i = 0
      while i < count {
        let scale = Float(bitPattern: wideF16(load16(source + 18 &* (block &+ i), 0)))
        storeRun(levels + 32 &* i, scale, target + 128 &* (block &+ i))
        i &+= 1
      }
      block &+= count
    }
  }
}
