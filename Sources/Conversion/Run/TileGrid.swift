internal import Checkpoints
internal import Tensors

/// The tiles of one output tensor: runs of whole units of elements.
struct TileGrid {
  /// Elements of the smallest piece that a tile may consist of.
  let unit: Int
  /// Units of the tensor.
  let units: Int
  /// Units of one tile; the last tile may have fewer.
  let unitsPerTile: Int

  /// Number of tiles.
  var count: Int { units == 0 ? 0 : (units + unitsPerTile - 1) / unitsPerTile }

  /// The elements of a tile.
  func elements(ofTile index: Int) -> Range<Int> {
    let first = index * unitsPerTile
    return first * unit..<min(units, first + unitsPerTile) * unit
  }

  /// Elements of a full tile.
  var elementsPerTile: Int { min(unitsPerTile, units) * unit }

  /// Cuts a tensor.
  ///
  /// - Parameters:
  ///   - rowElements: elements of a row if tiles must be whole rows, else nil.
  ///   - encodings: every encoding on the way; units fill whole blocks and bytes of each.
  ///   - period: rows that belong together.
  ///   - target: elements that a tile should have.
  init(
    elementCount: Int, rowElements: Int?, encodings: [Encoding], multiples: [Int], period: Int,
    target: Int
  ) {
    var unit: Int
    if let rowElements {
      unit = max(1, rowElements * max(1, period))
      if rowElements > 0, elementCount % unit != 0 { unit = rowElements }
    } else {
      unit = 1
      for encoding in encodings {
        unit = Self.leastCommonMultiple(unit, encoding.blockElements)
        unit = Self.leastCommonMultiple(unit, 8 / Self.greatestCommonDivisor(encoding.blockBits, 8))
      }
      for multiple in multiples { unit = Self.leastCommonMultiple(unit, multiple) }
      if elementCount % unit != 0 { unit = max(1, elementCount) }
    }
    self.unit = unit
    units = elementCount / unit
    unitsPerTile = max(1, target / unit)
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }

  static func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
    a / greatestCommonDivisor(a, b) * b
  }
}
