// Q4_K: 256 weights in eight groups: f16 scales of scales and minima, 6-bit scales and minima, 4-bit
// levels. The specification is Quantization/Types/Q4_K.swift; these give the same bytes.

/// Without importance.
enum Q4_KPlain: AffineTrials {
  @inline(__always)
  static var size: Int { 32 }
  @inline(__always)
  static var greatest: Float { 15 }
  @inline(__always)
  static var first: Float { -1 }
  @inline(__always)
  static var count: Int { 21 }
}

/// With importance.
enum Q4_KImportant: ImportantTrials {
  @inline(__always)
  static var size: Int { 32 }
  @inline(__always)
  static var greatest: Float { 15 }
}

/// How groups are searched and blocks are stored.
enum Q4_KType: SixBitType {
  typealias Plain = Q4_KPlain
  typealias Weighted = Q4_KImportant
  @inline(__always)
  static var blockBytes: Int { 144 }
  @inline(__always)
  static func put(
    _ scales: UnsafeMutablePointer<UInt8>, _ minima: UnsafeMutablePointer<UInt8>,
    isWeighted: Bool, into block: UnsafeMutableRawPointer
  ) {
    putSixBit(scales, minima, isCapped: !isWeighted, into: block)
  }

  @inline(__always)
  static func pack(_ levels: UnsafeRawPointer, into block: UnsafeMutableRawPointer) {
    var pair = 0
    while pair < 4 {
      var word = 0
      while word < 4 {
        let low = load64(levels, 8 &* pair &+ word)
        let high = load64(levels, 8 &* pair &+ word &+ 4)
        store64(low | high &<< 4, block + 16, 4 &* pair &+ word)
        word &+= 1
      }
      pair &+= 1
    }
  }
}

/// Rows of f32.
@inline(never)
public func f32ToQ4_K(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  encodeAffine(
    source, importance, columns / 256, columns / 256 &* rows, target, Q4_KType.self)
}

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func q4_KToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  var block = 0
  while block < blocks {
    let place = source + 144 &* block
    let values = target + 1024 &* block
    let scale = Float(bitPattern: wideF16(load16(place, 0)))
    let minimum = Float(bitPattern: wideF16(load16(place, 1)))
    var (scales, minima) = (sixBitScales(place), sixBitMinima(place))
    var group = 0
    while group < 8 {
      let factor = scale * Float(UInt8(truncatingIfNeeded: scales))
      let subtracted = minimum * Float(UInt8(truncatingIfNeeded: minima))
      let half = UInt64(truncatingIfNeeded: group & 1 &* 4)
      let codes = place + (16 &+ 32 &* (group &>> 1))
      var word = 0
      while word < 4 {
        let levels = (load64(codes, word) &>> half) & 0x0f0f_0f0f_0f0f_0f0f
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
