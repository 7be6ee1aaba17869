// IQ4_XS: 256 weights as indexes of sixteen levels, in 8 groups with 6-bit scales. The specification
// is Quantization/Types/IQ4_XS.swift; these give the same bytes.

/// Rows of f32.
@inline(never)
public func f32ToIQ4_XS(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  let inRow = columns / 256
  let blocks = inRow &* rows
  return withUnsafeTemporaryAllocation(byteCount: 64 &* 241, alignment: 64) { memory in
    guard let base = memory.baseAddress else { return 0 }
    let rows = base.assumingMemoryBound(to: Lanes16.self)
    let variances = laneValues(rows + 240)
    var block = 0
    while block < blocks {
      if importance != nil, block & 15 == 0 {
        let count = blocks &- block < 16 ? blocks &- block : 16
        rows[240] = sumSquares(source + 1024 &* block, count, rows) * (2 / 256)
      }
      let count = blocks &- block < 2 ? 1 : 2
      var i = 0
      let emphasis = laneValues(rows + 80)
      while i < count, let importance {
        let column = (block &+ i) % inRow
        storeEmphasis(
          emphasis + 256 &* i, source + 1024 &* (block &+ i), importance + 1024 &* column, 256,
          variance: variances[(block &+ i) & 15])
        i &+= 1
      }
      let bad = encodeIQ4_XS(
        source + 1024 &* block, count, importance == nil ? nil : UnsafeRawPointer(emphasis),
        target + 136 &* block, rows)
      guard bad < 0 else { return block &+ bad }
      block &+= count
    }
    return -1
  }
}

/// One or two blocks.
///
/// - Parameters:
///   - emphasis: how much each weight counts; nil: by its square.
///   - memory: 240 rows.
/// - Returns: the first block that the type cannot hold, or -1.
@inline(never)
private func encodeIQ4_XS(
  _ source: UnsafeRawPointer, _ count: Int, _ emphasis: UnsafeRawPointer?,
  _ target: UnsafeMutableRawPointer, _ memory: LaneRows16
) -> Int {
  let (values, weights) = (memory, memory + 32)
  spreadRuns(source, 8 &* count, into: values)
  if let emphasis {
    spreadRuns(emphasis, 8 &* count, into: weights)
  } else {
    var i = 0
    while i < 32 {
      weights[i] = values[i] * values[i]
      i &+= 1
    }
  }
  let fit = fitNonlinear(values, weights: weights, memory + 64)
  (memory[224], memory[225]) = (fit.scale, fit.squares)
  var block = 0
  while block < count {
    let scales = laneValues(memory + 224) + 8 &* block
    let sums = scales + 16
    let values = source + 1024 &* block
    var greatest: Float = 0
    var isHeld = true
    var i = 0
    while i < 8 {
      greatest = scales[i].magnitude > greatest.magnitude ? scales[i] : greatest
      isHeld = isHeld && scales[i].isFinite && sums[i].isFinite
      isHeld = isHeld && (fit.isFinite || isFiniteRun(values + 128 &* i))
      i &+= 1
    }
    let scale = -greatest / 32
    let code = codeF16(scale.bitPattern).bits
    guard isHeld, code & 0x7c00 != 0x7c00 else { return block }
    let place = target + 136 &* block
    let inverse = scale == 0 ? 0 : 1 / scale
    var (low, high): (UInt32, UInt32) = (0, 0)
    i = 0
    while i < 8 {
      let subScale = clampedLevel(inverse * scales[i], half: 32)
      let bits = UInt32(truncatingIfNeeded: subScale &+ 32)
      low |= (bits & 15) &<< UInt32(truncatingIfNeeded: 4 &* i)
      high |= (bits &>> 4) &<< UInt32(truncatingIfNeeded: 2 &* i)
      let groupScale = scale * Float(subScale)
      memory[i] = laneFloats(
        nonlinearCodes(values + 128 &* i, inverse: groupScale == 0 ? 0 : 1 / groupScale))
      i &+= 1
    }
    store16(code, place, 0)
    store16(high, place, 1)
    store32(low, place, 1)
    narrowLevels(memory, count: 128, into: place + 8)
    block &+= 1
  }
  return -1
}

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func iq4_XSToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  withUnsafeTemporaryAllocation(byteCount: 256, alignment: 64) { memory in
    guard let levels = memory.baseAddress else { return }
    var block = 0
    while block < blocks {
      let place = source + 136 &* block
      let scale = Float(bitPattern: wideF16(load16(place, 0)))
      let (high, low) = (Int32(load16(place, 1)), load32(place, 1))
      nonlinearLevels(place + 8, 128, into: levels)
      var i = 0
      while i < 8 {
        let bits = Int32(truncatingIfNeeded: low &>> UInt32(truncatingIfNeeded: 4 &* i) & 15)
        let top = high &>> Int32(truncatingIfNeeded: 2 &* i) & 3
        storeRun(
          levels + 32 &* i, scale * Float((bits | top &<< 4) &- 32),
          target + (1024 &* block &+ 128 &* i))
        i &+= 1
      }
      block &+= 1
    }
  }
}
