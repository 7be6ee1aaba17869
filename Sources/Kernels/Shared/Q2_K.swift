// Q2_K: 256 weights in 16 groups: f16 scales of scales and minima, 4-bit scales and minima, 2-bit
// levels. The specification is Quantization/Types/Q2_K.swift; these give the same bytes.

/// Without importance.
enum Q2_KPlain: AffineTrials {
  @inline(__always)
  static var size: Int { 16 }
  @inline(__always)
  static var greatest: Float { 3 }
  @inline(__always)
  static var first: Float { -0.5 }
  @inline(__always)
  static var count: Int { 16 }
  @inline(__always)
  static var isAbsolute: Bool { true }
}

/// With importance.
enum Q2_KImportant: ImportantTrials {
  @inline(__always)
  static var size: Int { 16 }
  @inline(__always)
  static var greatest: Float { 3 }
}

/// How groups are searched and blocks are stored.
enum Q2_KType: AffineType {
  typealias Plain = Q2_KPlain
  typealias Weighted = Q2_KImportant
  @inline(__always)
  static var blockBytes: Int { 84 }
  @inline(__always)
  static var greatestCode: Float { 15 }
  @inline(__always)
  static var variance: Float { 1 }
  @inline(__always)
  static var isBare: Bool { true }

  @inline(__always)
  static var scaleOffset: Int { 80 }

  @inline(__always)
  static func put(
    _ scales: UnsafeMutablePointer<UInt8>, _ minima: UnsafeMutablePointer<UInt8>,
    isWeighted: Bool, into block: UnsafeMutableRawPointer
  ) {
    var group = 0
    while group < 16 {
      let byte = scales[group] | minima[group] &<< 4
      block.storeBytes(of: byte, toByteOffset: group, as: UInt8.self)
      scales[group] = byte & 15
      minima[group] = byte &>> 4
      group &+= 1
    }
  }

  @inline(__always)
  static func pack(_ levels: UnsafeRawPointer, into block: UnsafeMutableRawPointer) {
    var half = 0
    while half < 2 {
      var word = 0
      while word < 4 {
        let first = 16 &* half &+ word
        let bits =
          load64(levels, first) | load64(levels, first &+ 4) &<< 2
          | load64(levels, first &+ 8) &<< 4 | load64(levels, first &+ 12) &<< 6
        store64(bits, block + 16, 4 &* half &+ word)
        word &+= 1
      }
      half &+= 1
    }
  }
}

/// Rows of f32.
@inline(never)
public func f32ToQ2_K(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  encodeAffine(
    source, importance, columns / 256, columns / 256 &* rows, target, Q2_KType.self)
}

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func q2_KToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  var block = 0
  while block < blocks {
    let place = source + 84 &* block
    let values = target + 1024 &* block
    let scale = Float(bitPattern: wideF16(load16(place, 40)))
    let minimum = Float(bitPattern: wideF16(load16(place, 41)))
    var group = 0
    while group < 16 {
      let byte = load8(place, group)
      let factor = scale * Float(byte & 15)
      let subtracted = minimum * Float(byte &>> 4)
      let codes = place + (16 &+ group &>> 3 &* 32 &+ group & 1 &* 16)
      let shift = UInt64(truncatingIfNeeded: group & 6)
      var word = 0
      while word < 2 {
        let levels = (load64(codes, word) &>> shift) & 0x0303_0303_0303_0303
        let numbers = SIMD8<Float>(unsafeBitCast(levels, to: SIMD8<UInt8>.self))
        (values + (64 &* group &+ 32 &* word)).storeBytes(
          of: numbers * factor - subtracted, as: SIMD8<Float>.self)
        word &+= 1
      }
      group &+= 1
    }
    block &+= 1
  }
}
