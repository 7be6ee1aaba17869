// Q5_K: 256 weights in eight groups: f16 scales of scales and minima, 6-bit scales and minima, 5-bit
// levels. The specification is Quantization/Types/Q5_K.swift; these give the same bytes.

/// Without importance.
enum Q5_KPlain: AffineTrials {
  @inline(__always)
  static var size: Int { 32 }
  @inline(__always)
  static var greatest: Float { 31 }
  @inline(__always)
  static var first: Float { -0.5 }
  @inline(__always)
  static var count: Int { 16 }
}

/// With importance.
enum Q5_KImportant: ImportantTrials {
  @inline(__always)
  static var size: Int { 32 }
  @inline(__always)
  static var greatest: Float { 31 }
}

/// How groups are searched and blocks are stored.
enum Q5_KType: SixBitType {
  typealias Plain = Q5_KPlain
  typealias Weighted = Q5_KImportant
  @inline(__always)
  static var blockBytes: Int { 176 }
  @inline(__always)
  static func put(
    _ scales: UnsafeMutablePointer<UInt8>, _ minima: UnsafeMutablePointer<UInt8>,
    isWeighted: Bool, into block: UnsafeMutableRawPointer
  ) {
    putSixBit(scales, minima, isCapped: true, into: block)
  }

  @inline(__always)
  static func pack(_ levels: UnsafeRawPointer, into block: UnsafeMutableRawPointer) {
    var word = 0
    while word < 4 {
      var bits: UInt64 = 0
      var group = 0
      while group < 8 {
        let highest = (load64(levels, 4 &* group &+ word) &>> 4) & 0x0101_0101_0101_0101
        bits |= highest &<< UInt64(truncatingIfNeeded: group)
        group &+= 1
      }
      store64(bits, block + 16, word)
      var pair = 0
      while pair < 4 {
        let low = load64(levels, 8 &* pair &+ word) & 0x0f0f_0f0f_0f0f_0f0f
        let high = load64(levels, 8 &* pair &+ word &+ 4) & 0x0f0f_0f0f_0f0f_0f0f
        store64(low | high &<< 4, block + 48, 4 &* pair &+ word)
        pair &+= 1
      }
      word &+= 1
    }
  }
}

/// Rows of f32.
@inline(never)
public func f32ToQ5_K(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  encodeAffine(
    source, importance, columns / 256, columns / 256 &* rows, target, Q5_KType.self)
}

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func q5_KToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  var block = 0
  while block < blocks {
    let place = source + 176 &* block
    let values = target + 1024 &* block
    let scale = Float(bitPattern: wideF16(load16(place, 0)))
    let minimum = Float(bitPattern: wideF16(load16(place, 1)))
    var (scales, minima) = (sixBitScales(place), sixBitMinima(place))
    var group = 0
    while group < 8 {
      let factor = scale * Float(UInt8(truncatingIfNeeded: scales))
      let subtracted = minimum * Float(UInt8(truncatingIfNeeded: minima))
      let half = UInt64(truncatingIfNeeded: group & 1 &* 4)
      let codes = place + (48 &+ 32 &* (group &>> 1))
      let bit = UInt64(truncatingIfNeeded: group)
      var word = 0
      while word < 4 {
        let low = (load64(codes, word) &>> half) & 0x0f0f_0f0f_0f0f_0f0f
        let high = (load64(place + 16, word) &>> bit) & 0x0101_0101_0101_0101
        let levels = low | high &<< 4
        let numbers = SIMD8<Float>(unsafeBitCast(levels, to: SIMD8<UInt8>.self))
        (values + (128 &* group &+ 32 &* word)).storeBytes(
          of: numbers * factor - subtracted, as: SIMD8<Float>.self)
        word &+= 1
      }
      scales &>>= 8
      minima &>>= 8
      group &+= 1
    }
    block &+= 1
  }
}
