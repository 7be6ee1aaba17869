/// `interleave_rope(h)`: in each of h heads of d rows, rows j and j + d/2 become 2j and 2j + 1.
///
/// ```
/// canonical  0 1 2 3 | 4 5 6 7      (halves)
/// stored     0 4 1 5   2 6 3 7      (neighbours)
/// ```
enum InterleaveRope: LayoutTransform {
  static let name = "interleave_rope"
  static let argumentCount = 1...1

  static func storedShape(
    of parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> Shape {
    let shape = try single(parts)
    let heads = try count(arguments, 0)
    let rows = try shape.rowView(isBias: isBias).rows
    guard rows % heads == 0, rows / heads % 2 == 0 else {
      throw TensorError(
        .shape, "interleave_rope(\(heads)) needs heads of an even number of rows, found \(rows)")
    }
    return shape
  }

  static func action(
    on parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> LayoutAction {
    let shape = try storedShape(of: parts, arguments, isBias: isBias)
    let rows = try shape.rowView(isBias: isBias).rows
    let width = rows / (try count(arguments, 0))
    return width == 0 ? .none : .rows(Rows(headRows: width))
  }

  /// The map inside each head.
  struct Rows: RowMap {
    /// Rows of a head: even, not zero.
    let headRows: Int

    func origin(ofStored row: Int) -> RowOrigin {
      let inside = row % headRows
      let source = inside / 2 + (inside % 2) * (headRows / 2)
      return RowOrigin(part: 0, row: row - inside + source)
    }
    func stored(part: Int, row: Int) -> Int {
      let inside = row % headRows
      let half = headRows / 2
      return row - inside + (inside < half ? 2 * inside : 2 * (inside - half) + 1)
    }
  }
}
