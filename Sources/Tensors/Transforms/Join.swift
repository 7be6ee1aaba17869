/// `join(n)`: the rows of every part are cut into n equal groups, and laid group by group side by
/// side.
///
/// ```
/// join(1)   q0 q1 q2 q3 k0 k1 v0 v1
/// join(2)   q0 q1 k0 v0 q2 q3 k1 v1
/// ```
enum Join: LayoutTransform {
  static let name = "join"
  static let argumentCount = 1...1
  static let joinsParts = true

  static func storedShape(
    of parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> Shape {
    let groups = try count(arguments, 0)
    guard let first = parts.first else { throw TensorError(.layout, "join of no tensors") }
    let axis = try first.rowView(isBias: isBias).axis
    var total = 0
    for part in parts {
      let rows = try part.rowView(isBias: isBias).rows
      var axes = part.axes
      guard part.rank == first.rank, rows % groups == 0 else {
        throw TensorError(.shape, "join(\(groups)) cannot cut \(part) into equal groups of rows")
      }
      axes[axis] = first.axes[axis]
      guard axes == first.axes else {
        throw TensorError(.shape, "join of \(first) and \(part): they differ in more than rows")
      }
      let (sum, overflow) = total.addingReportingOverflow(rows)
      guard !overflow else { throw TensorError(.shape, "the rows of a join are beyond 64 bits") }
      total = sum
    }
    var axes = first.axes
    axes[axis] = total
    let result = Shape(axes)
    guard result.elementCount != nil else {
      throw TensorError(.shape, "the elements of \(result) are beyond 64 bits")
    }
    return result
  }

  static func action(
    on parts: [Shape], _ arguments: [Double], isBias: Bool
  ) throws(TensorError) -> LayoutAction {
    let shape = try storedShape(of: parts, arguments, isBias: isBias)
    let groups = try count(arguments, 0)
    if parts.count == 1 { return .none }
    var widths: [Int] = []
    for part in parts { widths.append(try part.rowView(isBias: isBias).rows / groups) }
    guard try shape.rowView(isBias: isBias).rows > 0 else { return .none }
    return .rows(Rows(groups: groups, widths: widths))
  }

  /// The map, repeated for every matrix.
  struct Rows: RowMap {
    /// Groups of a matrix.
    let groups: Int
    /// Rows of each part in a group.
    let widths: [Int]
    /// Rows of a group.
    let total: Int

    init(groups: Int, widths: [Int]) {
      self.groups = groups
      self.widths = widths
      total = widths.reduce(0, +)
    }

    func origin(ofStored row: Int) -> RowOrigin {
      let group = row / total
      var inside = row % total
      var part = 0
      while part + 1 < widths.count, inside >= widths[part] {
        inside -= widths[part]
        part += 1
      }
      // A group of a part is as many rows whatever matrix it lies in.
      return RowOrigin(part: part, row: group * widths[part] + inside)
    }
    func stored(part: Int, row: Int) -> Int {
      let before = widths[..<part].reduce(0, +)
      return row / widths[part] * total + before + row % widths[part]
    }
  }
}
