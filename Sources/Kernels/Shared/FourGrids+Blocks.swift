extension FourGrids {
  /// Whether 256 weights are finite.
  @inline(__always)
  static func areFinite(_ source: UnsafeRawPointer) -> Bool {
    var greatest: UInt32 = 0
    var j = 0
    while j < 256 {
      let bits = load32(source, j) & 0x7fff_ffff
      greatest = bits > greatest ? bits : greatest
      j &+= 1
    }
    return greatest < 0x7f80_0000
  }

  /// Twice the mean square of 256 weights, added up in order.
  @inline(__always)
  static func twiceMeanSquare(_ source: UnsafeRawPointer) -> Float {
    var sum: Float = 0
    var j = 0
    while j < 256 {
      let value = Float(bitPattern: load32(source, j))
      sum += value * value
      j &+= 1
    }
    return 2 * sum / 256
  }

  /// Puts 32 weights without signs and their costs into working memory.
  ///
  /// - Returns: a bit per negative weight.
  @inline(__always)
  static func placeWeights(
    _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ square2: Float,
    _ place: UnsafeMutableRawPointer
  ) -> UInt32 {
    var signs: UInt32 = 0
    var j = 0
    while j < 32 {
      let value = Float(bitPattern: load32(source, j))
      signs |= (value < 0 ? 1 : 0) &<< UInt32(truncatingIfNeeded: j)
      (place + (Place.magnitudes &+ 4 &* j)).storeBytes(
        of: value < 0 ? -value : value, as: Float.self)
      j &+= 1
    }
    j = 0
    if let importance {
      while j < 32 {
        let value = f32(place, Place.magnitudes, j)
        let root = (square2 + value * value).squareRoot()
        (place + (Place.costs &+ 4 &* j)).storeBytes(
          of: Float(bitPattern: load32(importance, j)) * root, as: Float.self)
        j &+= 1
      }
    } else {
      while j < 32 {
        let value = f32(place, Place.magnitudes, j)
        (place + (Place.costs &+ 4 &* j)).storeBytes(of: value * value, as: Float.self)
        j &+= 1
      }
    }
    return signs
  }

  /// Fills in roots and products of the costs.
  ///
  /// - Returns: whether all roots are finite.
  @inline(__always)
  static func placeRoots(_ place: UnsafeMutableRawPointer) -> Bool {
    var check: Float = 0
    var j = 0
    while j < 32 {
      let cost = f32(place, Place.costs, j)
      let root = cost.squareRoot()
      check += 0 * root
      (place + (Place.roots &+ 4 &* j)).storeBytes(of: root, as: Float.self)
      (place + (Place.products &+ 4 &* j)).storeBytes(
        of: cost * f32(place, Place.magnitudes, j), as: Float.self)
      j &+= 1
    }
    return check == 0
  }

  /// The greatest of 32 magnitudes, some of which may be negative.
  @inline(__always)
  static func greatestMagnitude(_ place: UnsafeMutableRawPointer) -> Float {
    var greatest = f32(place, Place.magnitudes, 0)
    var j = 1
    while j < 32 {
      let value = f32(place, Place.magnitudes, j)
      greatest = value > greatest ? value : greatest
      j &+= 1
    }
    return greatest
  }

  /// The least of 32 magnitudes.
  @inline(__always)
  static func leastMagnitude(_ place: UnsafeMutableRawPointer) -> Float {
    var least = f32(place, Place.magnitudes, 0)
    var j = 1
    while j < 32 {
      let value = f32(place, Place.magnitudes, j)
      least = value < least ? value : least
      j &+= 1
    }
    return least
  }

  /// Index of a point.
  @inline(__always)
  static func pointIndex(_ point: UInt32, _ tables: UnsafeRawPointer) -> UInt32 {
    let cell = point &>> 5 & 7 | point &>> 10 & 0x38 | point &>> 15 & 0x1c0 | point &>> 20 & 0xe00
    return UInt32(load16(tables + Tables.indexes, Int(cell)))
  }

  /// Encodes rows block by block.
  ///
  /// - Returns: the first block that `encode` could not, or -1.
  @inline(__always)
  static func encodeRows(
    _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
    _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?, bytes: Int,
    _ encode: (
      UnsafeRawPointer, UnsafeRawPointer?, UnsafeMutableRawPointer, UnsafeRawPointer,
      UnsafeMutableRawPointer
    ) -> Bool
  ) -> Int {
    guard let tables else { return 0 }
    let place = UnsafeMutableRawPointer.allocate(byteCount: Place.bytes, alignment: 64)
    defer { place.deallocate() }
    let rowBlocks = columns &>> 8
    var block = 0
    while block < rowBlocks &* rows {
      let weights = source + 1024 &* block
      guard areFinite(weights) else { return block }
      let column = block % rowBlocks
      guard
        encode(
          weights, importance.map { $0 + 1024 &* column }, target + bytes &* block, tables, place)
      else { return block }
      block &+= 1
    }
    return -1
  }

  /// The 32 weights of 8 points: step * magnitude, negative where a bit of `signs` is set.
  @inline(__always)
  static func decodePoints(
    _ step: Float, _ signs: UInt32, _ values: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer,
    indexes: (Int) -> UInt32
  ) {
    let bits = SIMD8<UInt32>(1, 2, 4, 8, 16, 32, 64, 128)
    var pair = 0
    while pair < 4 {
      let low = UInt64(load32(tables + Tables.magnitudes, Int(indexes(2 &* pair))))
      let high = UInt64(load32(tables + Tables.magnitudes, Int(indexes(2 &* pair &+ 1))))
      let magnitudes = SIMD8<Float>(
        unsafeBitCast(low | high &<< 32, to: SIMD8<UInt8>.self))
      let sign = SIMD8<UInt32>(repeating: signs &>> UInt32(truncatingIfNeeded: 8 &* pair)) & bits
      let flips = SIMD8<UInt32>().replacing(
        with: SIMD8<UInt32>(repeating: 0x8000_0000), where: sign .== bits)
      (values + 32 &* pair).storeBytes(
        of: unsafeBitCast(magnitudes * step, to: SIMD8<UInt32>.self) ^ flips,
        as: SIMD8<UInt32>.self)
      pair &+= 1
    }
  }
}
