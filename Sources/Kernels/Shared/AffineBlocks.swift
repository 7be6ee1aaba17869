// What the kernels share of the types whose groups have an integer scale and an integer minimum
// under one f16 scale of scales and one of minima. Eight blocks of 256 weights are encoded at a time:
// the search takes the groups in the lanes of a vector, the scales of eight blocks and their minima
// fill the 16 lanes of the other search.

/// How a type is searched.
protocol AffineType {
  /// Without importance.
  associatedtype Plain: AffineTrials
  /// With importance.
  associatedtype Weighted: AffineTrials
  static var blockBytes: Int { get }
  /// The greatest code of a scale or minimum.
  static var greatestCode: Float { get }
  /// The variance under importance is this many times the mean square of the block.
  static var variance: Float { get }
  /// Whether a weight without importance counts as its magnitude only, not as that plus the root mean
  /// square of its group.
  static var isBare: Bool { get }

  /// Stores the codes of the groups' scales and minima, and cuts them to what is stored.
  static func put(
    _ scales: UnsafeMutablePointer<UInt8>, _ minima: UnsafeMutablePointer<UInt8>,
    isWeighted: Bool, into block: UnsafeMutableRawPointer)
  /// Where the f16 scale of scales lies, behind which lies that of minima.
  static var scaleOffset: Int { get }
  /// Stores the levels of a block, which are a byte each.
  static func pack(_ levels: UnsafeRawPointer, into block: UnsafeMutableRawPointer)
}

extension AffineType {
  /// Weights of a group.
  @inline(__always)
  static var size: Int { Plain.size }
  /// Groups of a block.
  @inline(__always)
  static var groups: Int { 256 / size }
}

/// A type whose groups have scales and minima of six bits behind the two f16.
protocol SixBitType: AffineType {}

extension SixBitType {
  @inline(__always)
  static var greatestCode: Float { 63 }
  @inline(__always)
  static var variance: Float { 2 }
  @inline(__always)
  static var isBare: Bool { false }
  @inline(__always)
  static var scaleOffset: Int { 0 }
}

/// Memory for eight blocks.
///
/// Groups are numbered through all blocks.
typealias AffineScratch = UnsafeMutablePointer<Float>

extension AffineScratch {
  @inline(__always)
  static var size: Int { 18_432 }
  @inline(__always)
  var memory: UnsafeMutableRawPointer { UnsafeMutableRawPointer(self) }
  /// The search of one group per lane.
  @inline(__always)
  var state: AffineState { memory.assumingMemoryBound(to: AffineVector.self) }
  /// The emphasis of one group per lane as the weights lie in memory.
  @inline(__always)
  var emphasis: UnsafeMutablePointer<Float> { floats(8192) }
  /// Of each group what `AffineState` says.
  @inline(__always)
  var scale: UnsafeMutablePointer<Float> { floats(10_240) }
  @inline(__always)
  var least: UnsafeMutablePointer<Float> { floats(10_752) }
  @inline(__always)
  var density: UnsafeMutablePointer<Float> { floats(11_264) }
  @inline(__always)
  var start: UnsafeMutablePointer<Float> { floats(11_776) }
  @inline(__always)
  var mass: UnsafeMutablePointer<Float> { floats(12_288) }
  /// For the search of scales, a block per lane: 16 rows for scales, then 16 for minima; the masses
  /// of the groups, 16 rows; the codes, like the values.
  @inline(__always)
  var values: UnsafeMutablePointer<SIMD8<Float>> { eights(12_800) }
  @inline(__always)
  var masses: UnsafeMutablePointer<SIMD8<Float>> { eights(13_824) }
  @inline(__always)
  var codes: UnsafeMutablePointer<SIMD8<Float>> { eights(14_336) }
  /// The levels of a block: as integers of 32 bits, then as bytes.
  @inline(__always)
  var levels: UnsafeMutableRawPointer { memory + 15_360 }
  @inline(__always)
  var bytes: UnsafeMutableRawPointer { memory + 16_384 }
  /// The codes of a block's scales and minima, 16 bytes each.
  @inline(__always)
  var scaleCodes: UnsafeMutablePointer<UInt8> {
    (memory + 16_640).assumingMemoryBound(to: UInt8.self)
  }
  @inline(__always)
  var minimumCodes: UnsafeMutablePointer<UInt8> { scaleCodes + 16 }

  @inline(__always)
  func floats(_ offset: Int) -> UnsafeMutablePointer<Float> {
    (memory + offset).assumingMemoryBound(to: Float.self)
  }
  @inline(__always)
  func eights(_ offset: Int) -> UnsafeMutablePointer<SIMD8<Float>> {
    (memory + offset).assumingMemoryBound(to: SIMD8<Float>.self)
  }
}

/// The f32 bits of element `index`, as a value.
@inline(__always)
func float(_ source: UnsafeRawPointer, _ index: Int) -> Float {
  source.loadUnaligned(fromByteOffset: 4 &* index, as: Float.self)
}

/// Encodes `blocks` blocks of f32, `blocksPerRow` in a row.
///
/// - Returns: index of the first block that the type cannot hold; -1 if there is none.
@inline(__always)
func encodeAffine<Type: AffineType>(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ blocksPerRow: Int, _ blocks: Int,
  _ target: UnsafeMutableRawPointer, _ type: Type.Type
) -> Int {
  withUnsafeTemporaryAllocation(byteCount: AffineScratch.size, alignment: 64) { memory in
    guard let base = memory.baseAddress else { return -1 }
    let scratch = base.assumingMemoryBound(to: Float.self)
    var first = 0
    while first < blocks {
      let count = blocks &- first < 8 ? blocks &- first : 8
      let weights = source + 1024 &* first
      let isWeighted = importance != nil
      if let importance {
        fitImportantGroups(weights, importance, blocksPerRow, first, count, type, scratch)
      } else {
        fitGroups(weights, count, type, scratch)
      }
      let bad = storeAffine(
        weights, count, isWeighted, target + Type.blockBytes &* first, type, scratch)
      if bad >= 0 { return first &+ bad }
      first &+= count
    }
    return -1
  }
}

/// Lays `size` values of each of `width` lanes side by side; the values of a lane lie together.
///
/// Lanes from `lanes` on repeat the first.
@inline(__always)
func spreadLanes(
  _ source: UnsafeRawPointer, size: Int, lanes: Int, width: Int, _ target: UnsafeMutableRawPointer
) {
  var lane = 0
  while lane < width {
    let values = source + (lane < lanes ? 4 &* size &* lane : 0)
    // By fours: the compiler would make scattered stores of a loop over single values.
    var place = target + 4 &* lane
    var i = 0
    while i < size {
      let four = (values + 4 &* i).loadUnaligned(as: SIMD4<Float>.self)
      place.storeBytes(of: four[0], as: Float.self)
      place.storeBytes(of: four[1], toByteOffset: 4 &* width, as: Float.self)
      place.storeBytes(of: four[2], toByteOffset: 8 &* width, as: Float.self)
      place.storeBytes(of: four[3], toByteOffset: 12 &* width, as: Float.self)
      place += 16 &* width
      i &+= 4
    }
    lane &+= 1
  }
}

/// Runs the search of one group per lane, and stores what it finds as groups `first` and behind.
@inline(__always)
func fitLanes<Trials: AffineTrials>(
  _ scratch: AffineScratch, _ first: Int, _ trials: Trials.Type
) {
  let state = scratch.state
  if !fitAffine(state, trials, NearAffineRounding.self) {
    _ = fitAffine(state, trials, ExactAffineRounding.self)
  }
  @inline(__always)
  func store(_ row: AffineRow, _ target: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(target + first).storeBytes(of: row.pointee, as: AffineVector.self)
  }
  store(state.scale, scratch.scale)
  store(state.least, scratch.least)
  store(state.density, scratch.density)
  store(state.start, scratch.start)
  store(state.mass, scratch.mass)
}

/// The search of all groups without importance.
@inline(__always)
func fitGroups<Type: AffineType>(
  _ weights: UnsafeRawPointer, _ blocks: Int, _ type: Type.Type, _ scratch: AffineScratch
) {
  let groups = blocks &* Type.groups
  var first = 0
  while first < groups {
    spreadLanes(
      weights + 4 &* Type.size &* first, size: Type.size, lanes: groups &- first,
      width: affineLanes, scratch.state.x)
    let (x, w) = (scratch.state.x, scratch.state.w)
    var floor = AffineVector(repeating: 0)
    var i = 0
    if !Type.isBare {
      while i < Type.size {
        floor += x[i] * x[i]
        i &+= 1
      }
      floor = (floor / Float(Type.size)).squareRootOfLanes
    }
    i = 0
    while i < Type.size {
      let size = x[i].bits(and: 0x7fff_ffff, or: 0)
      w[i] = Type.isBare ? size : floor + size
      i &+= 1
    }
    fitLanes(scratch, first, Type.Plain.self)
    first &+= affineLanes
  }
}

/// The sum of the squares of up to eight blocks, each in order.
@inline(__always)
func blockSquares(
  _ weights: UnsafeRawPointer, _ blocks: Int, _ scratch: AffineScratch
) -> SIMD8<Float> {
  // Nothing is in the memory of the search yet.
  spreadLanes(weights, size: 256, lanes: blocks, width: 8, scratch.memory)
  let rows = scratch.eights(0)
  var squares = SIMD8<Float>(repeating: 0)
  var i = 0
  while i < 256 {
    squares += rows[i] * rows[i]
    i &+= 1
  }
  return squares
}

/// The search of all groups with importance.
@inline(__always)
func fitImportantGroups<Type: AffineType>(
  _ weights: UnsafeRawPointer, _ importance: UnsafeRawPointer, _ blocksPerRow: Int,
  _ firstBlock: Int, _ blocks: Int, _ type: Type.Type, _ scratch: AffineScratch
) {
  let variances = Type.variance * blockSquares(weights, blocks, scratch) / 256
  let groups = blocks &* Type.groups
  var first = 0
  while first < groups {
    let source = weights + 4 &* Type.size &* first
    let lanes = groups &- first < affineLanes ? groups &- first : affineLanes
    var lane = 0
    while lane < lanes {
      let group = first &+ lane
      let block = group / Type.groups
      let variance = variances[block & 7]
      let column = (firstBlock &+ block) % blocksPerRow &* 256 &+ group % Type.groups &* Type.size
      let important = importance + 4 &* column
      let values = source + 4 &* Type.size &* lane
      let emphasis = scratch.emphasis + Type.size &* lane
      var i = 0
      while i < Type.size {
        let value = float(values, i)
        emphasis[i] = float(important, i) * (variance + value * value).magnitude.squareRoot()
        i &+= 1
      }
      lane &+= 1
    }
    spreadLanes(source, size: Type.size, lanes: lanes, width: affineLanes, scratch.state.x)
    spreadLanes(
      scratch.emphasis, size: Type.size, lanes: lanes, width: affineLanes, scratch.state.w)
    fitLanes(scratch, first, Type.Weighted.self)
    first &+= affineLanes
  }
}

/// Codes of scales or of minima so that the greatest value gets the greatest code.
@inline(__always)
func spreadCodes(
  _ values: UnsafeMutablePointer<Float>, _ count: Int, _ greatestCode: Float, negated: Bool,
  _ codes: UnsafeMutablePointer<UInt8>
) -> UInt32 {
  var greatest: Float = 0
  var j = 0
  while j < count {
    let value = negated ? -values[j] : values[j]
    greatest = value > greatest ? value : greatest
    j &+= 1
  }
  let density = greatest > 0 ? greatestCode / greatest : 0
  j = 0
  while j < count {
    let value = negated ? -values[j] : values[j]
    codes[j] = UInt8(truncatingIfNeeded: (density * value + 12_582_912).bitPattern)
    j &+= 1
  }
  return codeF16((greatest / greatestCode).bitPattern).bits
}

/// Searches the scales of scales and minima, and stores `count` blocks.
@inline(__always)
func storeAffine<Type: AffineType>(
  _ weights: UnsafeRawPointer, _ count: Int, _ isWeighted: Bool, _ target: UnsafeMutableRawPointer,
  _ type: Type.Type, _ scratch: AffineScratch
) -> Int {
  let groups = Type.groups
  var scales = SIMD8<Float>(repeating: 0)
  var minima = scales
  var isSound = scales
  if isWeighted {
    let values = UnsafeMutablePointer<Float>(OpaquePointer(scratch.values))
    let masses = UnsafeMutablePointer<Float>(OpaquePointer(scratch.masses))
    var block = 0
    while block < 8 {
      let first = groups &* (block < count ? block : 0)
      var group = 0
      while group < groups {
        let place = 8 &* group &+ block
        values[place] = scratch.scale[first &+ group]
        values[128 &+ place] = -scratch.least[first &+ group]
        masses[place] = scratch.mass[first &+ group]
        group &+= 1
      }
      block &+= 1
    }
    var isSoundToo = scales
    scales = fitScales(
      scratch.values, scratch.masses, scratch.codes, count: groups, greatest: Type.greatestCode,
      isSound: &isSound)
    minima = fitScales(
      scratch.values + 16, scratch.masses, scratch.codes + 16, count: groups,
      greatest: Type.greatestCode, isSound: &isSoundToo)
    isSound *= isSoundToo
  }
  let all = UnsafeMutablePointer<Float>(OpaquePointer(scratch.codes))
  var block = 0
  while block < count {
    let place = weights + 1024 &* block
    var greatest: UInt32 = 0
    var i = 0
    while i < 256 {
      let bits = load32(place, i) & 0x7fff_ffff
      greatest = bits > greatest ? bits : greatest
      i &+= 1
    }
    guard greatest < 0x7f80_0000 else { return block }
    let first = groups &* block
    let (scaleCodes, minimumCodes) = (scratch.scaleCodes, scratch.minimumCodes)
    var scale: UInt32
    var minimum: UInt32
    if isWeighted {
      guard isSound[block] != 0 else { return block }
      scale = codeF16(scales[block].bitPattern).bits
      minimum = codeF16(minima[block].bitPattern).bits
      var group = 0
      while group < groups {
        let row = 8 &* group &+ block
        scaleCodes[group] = UInt8(truncatingIfNeeded: (all[row] + 12_582_912).bitPattern)
        minimumCodes[group] = UInt8(truncatingIfNeeded: (all[row &+ 128] + 12_582_912).bitPattern)
        group &+= 1
      }
    } else {
      scale = spreadCodes(
        scratch.scale + first, groups, Type.greatestCode, negated: false, scaleCodes)
      minimum = spreadCodes(
        scratch.least + first, groups, Type.greatestCode, negated: true, minimumCodes)
    }
    guard scale & 0x7c00 != 0x7c00, minimum & 0x7c00 != 0x7c00 else { return block }
    let end = target + Type.blockBytes &* block
    store16(scale, end + Type.scaleOffset, 0)
    store16(minimum, end + Type.scaleOffset, 1)
    Type.put(scaleCodes, minimumCodes, isWeighted: isWeighted, into: end)
    quantizeAffine(
      place, Float(bitPattern: wideF16(UInt16(truncatingIfNeeded: scale))),
      Float(bitPattern: wideF16(UInt16(truncatingIfNeeded: minimum))), first, type, scratch)
    Type.pack(scratch.bytes, into: end)
    block &+= 1
  }
  return -1
}

/// Sets the levels of a block under the scales and minima that it stores; groups whose scale is zero
/// get those of the search.
@inline(__always)
func quantizeAffine<Type: AffineType>(
  _ weights: UnsafeRawPointer, _ scale: Float, _ minimum: Float, _ first: Int, _ type: Type.Type,
  _ scratch: AffineScratch
) {
  let top = SIMD8<Float>(repeating: Type.Plain.greatest)
  let zero = SIMD8<Float>(repeating: 0)
  @inline(__always)
  func store(_ place: SIMD8<Float>, _ index: Int) {
    let rounded = fractionInteger(place)
    let low = chosen(top .< rounded, top, rounded)
    let level = chosen(low .< zero, zero, low) + 12_582_912
    (scratch.levels + 4 &* index).storeBytes(of: level, as: SIMD8<Float>.self)
  }
  var group = 0
  while group < Type.groups {
    let divisor = scale * Float(scratch.scaleCodes[group])
    let end = Type.size &* (group &+ 1)
    var i = Type.size &* group
    if divisor != 0 {
      let added = minimum * Float(scratch.minimumCodes[group])
      while i < end {
        let value = (weights + 4 &* i).loadUnaligned(as: SIMD8<Float>.self)
        store((value + added) / divisor, i)
        i &+= 8
      }
    } else {
      let density = scratch.density[first &+ group]
      let least = scratch.start[first &+ group]
      while i < end {
        let value = (weights + 4 &* i).loadUnaligned(as: SIMD8<Float>.self)
        store((value - least) * density, i)
        i &+= 8
      }
    }
    group &+= 1
  }
  var i = 0
  while i < 256 {
    store8(load32(scratch.levels, i), scratch.bytes, i)
    i &+= 1
  }
}
