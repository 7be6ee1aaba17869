extension BlockCodec {
  /// The specification of `decode`: unpack and multiply, block by block.
  public static func decodeReference(
    _ blocks: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>
  ) {
    var parts = parts
    let (elements, bytes) = (type.blockElements, type.blockBytes)
    for block in 0..<output.count / elements {
      unpack(
        UnsafeRawBufferPointer(rebasing: blocks[block * bytes..<(block + 1) * bytes]), into: &parts)
      multiply(
        parts,
        into: UnsafeMutableBufferPointer(
          rebasing: output[block * elements..<(block + 1) * elements]))
    }
  }

  /// The specification of `encode`: search and pack, block by block.
  ///
  /// - Parameter importance: one weight per column of a row, or nil.
  public static func encodeReference(
    _ values: UnsafeBufferPointer<Float>, columns: Int, importance: UnsafeBufferPointer<Float>?,
    into blocks: UnsafeMutableRawBufferPointer
  ) -> EncodeOutcome {
    var parts = parts
    var outcome = EncodeOutcome()
    let (elements, bytes) = (type.blockElements, type.blockBytes)
    for row in 0..<(columns == 0 ? 0 : values.count / columns) {
      let start = row * columns
      var squares: Float = 0
      for value in values[start..<start + columns] { squares += value * value }
      for column in stride(from: 0, to: columns, by: elements) {
        let first = start + column
        let input = BlockSearch(
          weights: UnsafeBufferPointer(rebasing: values[first..<first + elements]),
          importance: importance.map {
            UnsafeBufferPointer(rebasing: $0[column..<column + elements])
          },
          rowSquares: squares, columns: columns)
        guard search(input, into: &parts) else {
          outcome.firstUnrepresentable = first + offender(in: input.weights)
          return outcome
        }
        let block = first / elements
        let target = UnsafeMutableRawBufferPointer(
          rebasing: blocks[block * bytes..<(block + 1) * bytes])
        arrange(parts, into: target)
        outcome.underflows += underflows(of: input.weights, in: UnsafeRawBufferPointer(target))
      }
    }
    return outcome
  }

  /// The element that is to blame for a block that cannot be held: the first that is not finite,
  /// else the first of the greatest magnitude.
  static func offender(in weights: UnsafeBufferPointer<Float>) -> Int {
    if let index = weights.firstIndex(where: { !$0.isFinite }) { return index }
    var worst = 0
    for index in weights.indices where weights[index].magnitude > weights[worst].magnitude {
      worst = index
    }
    return worst
  }

  /// Count of nonzero weights of a block whose scale is zero.
  static func underflows(
    of weights: UnsafeBufferPointer<Float>, in block: UnsafeRawBufferPointer
  ) -> Int {
    guard let base = block.baseAddress, hasZeroScale(base) else { return 0 }
    return weights.reduce(0) { $0 + ($1 == 0 ? 0 : 1) }
  }
}
