/// The search that IQ3_XXS and IQ3_S share; its specification is
/// Quantization/Searches/FourGridSearch.swift.
///
/// Lane = scale that is tried: the sums of every scale keep their order, a cell of the lattice is
/// looked at once for all scales that fall into it, and its neighbours are compared for eight
/// scales at a time.
enum FourGrids {
  /// Eight scales.
  typealias Scales = SIMD8<Float>
  typealias ScaleBits = SIMD8<UInt32>

  /// The tables (Quantization/Searches/FourGridSearch+Tables.swift): byte offsets.
  ///
  /// A cell is three bits for each of four levels. Its entry is where its list begins << 8 |
  /// whether it is a point itself << 7 | length of the list; a list has 32 * level in a byte for
  /// each level of a point. The list of a point is itself.
  enum Tables {
    /// 64 bytes of zeros.
    static let zeros = 0
    /// Per index of the grid: the four magnitudes of decoded weights, a byte each.
    static let magnitudes = 64
    /// Entries with all neighbours, in order.
    static let cells = 2112
    /// Entries without the neighbours that another one beats in every level, 4096 after `cells`.
    static let shortCells = 18_496
    /// Per cell: its index if it is a point.
    static let indexes = 34_880
    static let lists = 43_072
  }

  /// Working memory of a search: byte offsets.
  enum Place {
    /// 32 f32 each: magnitudes, costs, their square roots, cost * magnitude.
    static let magnitudes = 0
    static let costs = 128
    static let roots = 256
    static let products = 384
    /// Per scale: its inverse, the two sums.
    static let inverses = 512
    static let crosses = 640
    static let squares = 768
    /// 8 points, the search's result.
    static let points = 896
    /// Per group of weights and scale: cell, with 4096 added for the short list, and point.
    static let cells = 1024
    static let chosen = 2048
    /// Per eight scales and level: scale * magnitude of the level.
    static let multiples = 3072
    static let bytes = 4096
  }

  /// No point.
  static let noPoint: UInt32 = 0x0101_0101
  /// How far from the nearest level a ratio may be if the order of the errors of levels is to be
  /// beyond doubt: roundings shift ratios by less than a tenth of what is left to a half.
  static let certain: Float = 0.4999

  @inline(__always)
  static func scales(_ place: UnsafeMutableRawPointer, _ offset: Int) -> Scales {
    place.loadUnaligned(fromByteOffset: offset, as: Scales.self)
  }

  @inline(__always)
  static func f32(_ place: UnsafeMutableRawPointer, _ offset: Int, _ index: Int) -> Float {
    place.load(fromByteOffset: offset &+ 4 &* index, as: Float.self)
  }

  /// The same scales, as a vector in one register.
  ///
  /// Arithmetic on floats is a loop over the lanes until the optimiser puts it together again; an
  /// addition of zeros that it does not know for zeros is a place where it has to.
  @inline(__always)
  static func joined(_ values: Scales, _ zeros: ScaleBits) -> Scales {
    unsafeBitCast(unsafeBitCast(values, to: ScaleBits.self) &+ zeros, to: Scales.self)
  }
}
