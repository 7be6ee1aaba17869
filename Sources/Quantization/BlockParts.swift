/// What a block consists of, as the integers that it stores.
///
/// Scales and minima are the stored codes (bits of an f16, of an e8m0 or e4m3 float); the others are
/// the numbers that the codes mean: a 6-bit scale that is stored with an offset of 32 is -32...31.
public struct BlockParts: Hashable, Sendable {
  /// The kinds of parts.
  public enum Kind: Int, CaseIterable, Sendable {
    /// Codes of the floating scales: the scale of a block, or the scale of its scales.
    case scale
    /// Codes of the floating minima, or of the scale of minima.
    case minimum
    /// Integer scale of each sub-block.
    case subScale
    /// Integer minimum of each sub-block.
    case subMinimum
    /// Level of each weight: what is multiplied by the scale, or the index of an entry of a codebook
    /// of single values.
    case level
    /// Index of a point of the grid, for each group of weights.
    case index
    /// Signs of each group of weights: bit j set means that weight j is negative.
    case sign
    /// Shift of the levels of each group of weights: 0 up, 1 down.
    case shift
    /// Stored values that follow from others, such as sums of levels.
    case derived
  }

  private var values: [[Int]]

  /// Parts of the layout's shape, all zero.
  public init(_ layout: BlockLayout) {
    values = Kind.allCases.map { kind in
      [Int](repeating: 0, count: layout[kind]?.count ?? 0)
    }
  }

  /// The parts of a kind, in order of the weights that they belong to.
  public subscript(kind: Kind) -> [Int] {
    get { values[kind.rawValue] }
    _modify { yield &values[kind.rawValue] }
  }
}
