extension MagnitudeSearch {
  /// Searches the sub-blocks of 16 weights of a block, two points each, into the parts.
  ///
  /// - Parameters:
  ///   - cost: importance of a sub-block's weights.
  ///   - least: sub-blocks of less magnitude keep the scale 0.
  /// - Returns: the scale of each sub-block, none negative; nil if the block cannot be held.
  static func scalesOfHalves(
    _ input: BlockSearch, _ book: Codebook, areSignsEven: Bool, least: Float,
    into parts: inout BlockParts, costs: (Range<Int>) -> [Float]
  ) -> [Float]? {
    var scales = [Float](repeating: 0, count: 16)
    let weights = Array(input.weights)
    for sub in 0..<16 {
      let range = 16 * sub..<16 * sub + 16
      var target = MagnitudeSearch(
        book, weights[range], costs: costs(range), areSignsEven: areSignsEven)
      let greatest = target.greatest
      if greatest < least { continue }
      guard let (found, points) = target.search16(greatest: greatest) else { return nil }
      var scale = found
      if scale < 0 {
        scale = -scale
        target.flipSigns()
      }
      guard scale >= 0 else { return nil }
      for group in 0..<2 {
        parts[.index][2 * sub + group] = target.book.index(points.codes[group]) ?? 0
        parts[.sign][2 * sub + group] = target.signs[group]
      }
      scales[sub] = scale
    }
    return scales
  }
}
