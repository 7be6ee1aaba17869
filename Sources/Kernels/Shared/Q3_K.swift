// Q3_K: 256 weights as 3-bit levels in 16 groups with 6-bit scales. The specification is
// Quantization/Types/Q3_K.swift; these give the same bytes.

/// Rows of f32.
@inline(never)
public func f32ToQ3_K(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  let inRow = columns / 256
  let blocks = inRow &* rows
  return withUnsafeTemporaryAllocation(byteCount: 64 &* 448, alignment: 64) { memory in
    guard let base = memory.baseAddress else { return 0 }
    let rows = base.assumingMemoryBound(to: Lanes16.self)
    var block = 0
    while block < blocks {
      let left = blocks &- block
      let (values, place) = (source + 1024 &* block, target + 110 &* block)
      let count: Int
      let bad: Int
      if let importance {
        count = left < 16 ? left : 16
        bad = encodeQ3_K(
          values, count, importance, block % inRow, inRow, place, rows)
      } else {
        count = left < 64 ? left : 64
        bad = encodeQ3_K(values, count, place, rows)
      }
      guard bad < 0 else { return block &+ bad }
      block &+= count
    }
    return -1
  }
}

/// Up to 64 blocks without importance.
///
/// - Parameter memory: 448 rows.
/// - Returns: the first block that the type cannot hold, or -1.
@inline(never)
private func encodeQ3_K(
  _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutableRawPointer,
  _ memory: LaneRows16
) -> Int {
  let (scales, deaths) = (memory + 128, memory + 192)
  let queue = UnsafeMutableRawPointer(memory + 256).assumingMemoryBound(to: Int32.self)
  // Most groups stay at the levels of the first scale; the others are searched together.
  var (sound, waiting) = (0, 0)
  while sound < count {
    transposeLanes(into: memory) { source + (1024 &* sound &+ 64 &* $0) }
    let extremes = laneExtremes(memory)
    guard extremes.greatest < 0x7f80_0000 else { break }
    deaths[sound] = deadFlags(extremes)
    memory[64] = laneFloats(
      settleSymmetric(memory, half: 4, extremes, into: scales + sound))
    let unsettled = UnsafeMutableRawPointer(memory + 64).assumingMemoryBound(to: Int32.self)
    var group = 0
    while group < 16 {
      queue[waiting] = Int32(truncatingIfNeeded: 16 &* sound &+ group)
      waiting &+= Int(unsettled[group])
      group &+= 1
    }
    sound &+= 1
  }
  var first = 0
  while first < waiting {
    let left = waiting &- first < 32 ? waiting &- first : 32
    // Lanes that are left over search the last group again.
    @inline(__always)
    func group(_ lane: Int) -> Int { Int(queue[first &+ (lane < left ? lane : left &- 1)]) }
    transposeLanes(into: memory) { source + 64 &* group($0) }
    transposeLanes(into: memory + 64) { source + 64 &* group(16 &+ $0) }
    let fits = descendSymmetric(
      memory, half: 4, laneExtremes(memory), laneExtremes(memory + 64))
    (memory[0], memory[1]) = (soundScale(fits.first), soundScale(fits.second))
    var lane = 0
    while lane < left {
      laneValues(scales)[group(lane)] = laneValues(memory)[lane]
      lane &+= 1
    }
    first &+= left
  }
  var block = 0
  while block < sound {
    let isHeld = finishQ3_K(
      source + 1024 &* block, target + 110 &* block, scales + block,
      laneValues(deaths + block), memory, memory + 320)
    guard isHeld else { return block }
    block &+= 1
  }
  return sound < count ? sound : -1
}

/// The code of scales, levels and bytes of a block without importance.
///
/// - Parameters:
///   - scales: those of the groups, a row.
///   - dead: not 0 for groups that are zero, in effect.
///   - memory: 85 rows.
///   - room: 128 rows.
/// - Returns: whether the type can hold the block.
@inline(__always)
private func finishQ3_K(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer,
  _ scales: LaneRows16, _ dead: UnsafePointer<Float>, _ memory: LaneRows16,
  _ room: LaneRows16
) -> Bool {
  let subScales = UnsafeMutableRawPointer(memory + 64).assumingMemoryBound(to: Int32.self)
  let most = greatestLane(
    bitsInBoth(laneBits(scales.pointee), LaneBits16(repeating: 0x7fff_ffff)))
  guard most < 0x7f80_0000 else { return false }
  // The first of the greatest magnitude.
  let values = laneValues(scales)
  var greatest: Float = 0
  var i = 15
  while i >= 0 {
    let isGreatest = values[i].bitPattern & 0x7fff_ffff == UInt32(bitPattern: most)
    greatest = isGreatest ? values[i] : greatest
    i &-= 1
  }
  let inverse = -32 / greatest
  let code = greatest == 0 ? 0 : codeF16((1 / inverse).bitPattern).bits
  guard code & 0x7c00 != 0x7c00 else { return false }
  let levels = clampedLevels(scales.pointee * inverse, half: 32)
  memory[64] = laneFloats(
    (greatest == 0 ? LaneBits16.zero : levels) &- LaneBits16(repeating: 32))
  var isReached = false
  finishQ3_K(source, target, code, subScales, memory + 65) { group in
    guard dead[group] == 0 else { return LaneBits16.zero }
    if !isReached { reachLevels(source, room) }
    isReached = true
    let reached = laneValues(room + 48)
    var levels = LaneBits16.zero
    var j = 0
    while j < 16 {
      levels[j] = Int32(reached[16 &* j &+ group]) &+ 4
      j &+= 1
    }
    return levels
  }
  return true
}

/// The levels that the search of a block's groups reached, in the rows from 48 on.
@inline(never)
private func reachLevels(_ source: UnsafeRawPointer, _ memory: LaneRows16) {
  transposeLanes(into: memory) { source + 64 &* $0 }
  transposeLanes(into: memory + 64) { source + 64 &* $0 }
  let extremes = laneExtremes(memory)
  _ = descendSymmetric(memory, half: 4, extremes, extremes)
}

/// Up to sixteen blocks with importance, from block `column` of a row of `inRow` blocks on.
///
/// - Parameter memory: 153 rows.
/// - Returns: the first block that the type cannot hold, or -1.
@inline(never)
private func encodeQ3_K(
  _ source: UnsafeRawPointer, _ count: Int, _ importance: UnsafeRawPointer, _ column: Int,
  _ inRow: Int, _ target: UnsafeMutableRawPointer, _ memory: LaneRows16
) -> Int {
  let (values, weights, weighted) = (memory, memory + 16, memory + 32)
  let (scales, masses, inverses, dead) = (memory + 48, memory + 64, memory + 80, memory + 96)
  let emphasis = laneValues(memory + 112)
  let variances = laneValues(memory + 128)
  memory[128] = 2 * sumSquares(source, count, values) / 256
  // Each block's sixteen groups.
  var sound = 0
  while sound < count {
    let block = source + 1024 &* sound
    transposeLanes(into: values) { block + 64 &* $0 }
    let column = (column &+ sound) % inRow
    storeEmphasis(
      emphasis, block, importance + 1024 &* column, 256, variance: variances[sound])
    transposeLanes(into: weights) { UnsafeRawPointer(emphasis + 16 &* $0) }
    var mass = Lanes16.zero
    var i = 0
    while i < 16 {
      weighted[i] = weights[i] * values[i]
      mass += weights[i]
      i &+= 1
    }
    let extremes = laneExtremes(values)
    let fit = fitSymmetric(
      values, weights: weights, weighted: weighted, half: 4, extremes: extremes)
    guard extremes.greatest < 0x7f80_0000, isSound(fit) else { break }
    (scales[sound], masses[sound]) = (fit.scale, mass)
    (inverses[sound], dead[sound]) = (fit.inverse, deadFlags(extremes))
    sound &+= 1
  }
  var i = sound
  while i < 16 {
    (scales[i], masses[i]) = (Lanes16.zero, Lanes16.zero)
    i &+= 1
  }
  // The scales of all blocks, a block per lane.
  transposeLanes(into: values) { UnsafeRawPointer(scales + $0) }
  transposeLanes(into: weights) { UnsafeRawPointer(masses + $0) }
  i = 0
  while i < 16 {
    weighted[i] = weights[i] * values[i]
    i &+= 1
  }
  let extremes = laneExtremes(values)
  let fit = fitSymmetric(
    values, weights: weights, weighted: weighted, half: 32, extremes: extremes)
  (memory[128], memory[129], memory[130]) = (fit.scale, fit.inverse, fit.squares)
  memory[131] = deadFlags(extremes)
  let common = laneValues(memory + 128)
  let subScales = UnsafeMutableRawPointer(memory + 132).assumingMemoryBound(to: Int32.self)
  var block = 0
  while block < sound {
    guard common[block].isFinite, common[32 &+ block].isFinite else { return block }
    let code = codeF16(common[block].bitPattern).bits
    guard code & 0x7c00 != 0x7c00 else { return block }
    let groupScales = laneValues(scales + block)
    i = 0
    while i < 16 {
      let isDead = common[48 &+ block] != 0
      subScales[i] = isDead ? -32 : clampedLevel(common[16 &+ block] * groupScales[i], half: 32)
      i &+= 1
    }
    let (groupInverses, groupDead) = (laneValues(inverses + block), laneValues(dead + block))
    let values = source + 1024 &* block
    finishQ3_K(values, target + 110 &* block, code, subScales, memory + 133) { group in
      groupLevels(
        values + 64 &* group, scale: 0, inverse: groupInverses[group],
        isDead: groupDead[group] != 0, half: 4)
    }
    block &+= 1
  }
  return sound < count ? sound : -1
}

/// Levels and bytes of a block whose scales are decided.
///
/// - Parameters:
///   - memory: twenty rows.
///   - kept: gives the levels of a group whose scale is zero, biased by 4.
@inline(__always)
private func finishQ3_K(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ code: UInt32,
  _ subScales: UnsafePointer<Int32>, _ memory: LaneRows16,
  kept: (Int) -> LaneBits16
) {
  let (levels, codes) = (memory, UnsafeMutableRawPointer(memory + 16))
  let scale = Float(bitPattern: wideF16(UInt16(truncatingIfNeeded: code)))
  var group = 0
  while group < 16 {
    let groupScale = scale * Float(subScales[group])
    levels[group] = laneFloats(
      groupScale == 0
        ? kept(group)
        : groupLevels(
          source + 64 &* group, scale: groupScale, inverse: 0, isDead: false, half: 4))
    group &+= 1
  }
  narrowLevels(levels, into: codes)
  packQ3_K(codes, target)
  store64(0, target + 96, 0)
  store32(0, target + 96, 2)
  group = 0
  while group < 16 {
    let bits = UInt32(truncatingIfNeeded: subScales[group] &+ 32)
    let (low, high) = (96 &+ group & 7, 104 &+ group & 3)
    let (lowShift, highShift) = (UInt32(4 &* (group &>> 3)), UInt32(2 &* (group &>> 2)))
    store8(UInt32(load8(target, low)) | (bits & 15) &<< lowShift, target, low)
    store8(UInt32(load8(target, high)) | (bits &>> 4) &<< highShift, target, high)
    group &+= 1
  }
  store16(code, target, 54)
}

/// 256 levels, a byte each, into `hmask` and `qs`, eight bytes at a time.
@inline(never)
private func packQ3_K(_ levels: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
  let (low, high): (UInt64, UInt64) = (0x0303_0303_0303_0303, 0x0101_0101_0101_0101)
  var word = 0
  while word < 4 {
    var masks: UInt64 = 0
    var half = 0
    while half < 2 {
      var pairs: UInt64 = 0
      var quarter = 0
      while quarter < 4 {
        let codes = load64(levels, 16 &* half &+ 4 &* quarter &+ word)
        pairs |= (codes & low) &<< UInt64(2 &* quarter)
        masks |= (codes &>> 2 & high) &<< UInt64(4 &* half &+ quarter)
        quarter &+= 1
      }
      store64(pairs, target, 4 &+ 4 &* half &+ word)
      half &+= 1
    }
    store64(masks, target, word)
    word &+= 1
  }
}

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func q3_KToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  withUnsafeTemporaryAllocation(byteCount: 256, alignment: 64) { memory in
    guard let codes = memory.baseAddress else { return }
    var block = 0
    while block < blocks {
      let place = source + 110 &* block
      let scale = Float(bitPattern: wideF16(load16(place, 54)))
      unpackQ3_K(place, codes)
      var group = 0
      while group < 16 {
        let low = Int32(load8(place, 96 &+ group & 7)) &>> Int32(4 &* (group &>> 3)) & 15
        let high = Int32(load8(place, 104 &+ group & 3)) &>> Int32(2 &* (group &>> 2)) & 3
        storeGroup(
          codes + 16 &* group, bias: 4, scale * Float((low | high &<< 4) &- 32),
          target + (1024 &* block &+ 64 &* group))
        group &+= 1
      }
      block &+= 1
    }
  }
}

/// 256 levels, a byte each, out of `hmask` and `qs`.
@inline(__always)
private func unpackQ3_K(_ source: UnsafeRawPointer, _ levels: UnsafeMutableRawPointer) {
  let (low, high): (UInt64, UInt64) = (0x0303_0303_0303_0303, 0x0101_0101_0101_0101)
  var word = 0
  while word < 4 {
    let masks = load64(source, word)
    var run = 0
    while run < 8 {
      let pairs = load64(source, 4 &+ 4 &* (run &>> 2) &+ word) &>> UInt64(2 &* (run & 3))
      store64((pairs & low) | (masks &>> UInt64(run) & high) &<< 2, levels, 4 &* run &+ word)
      run &+= 1
    }
    word &+= 1
  }
}
