/// The way between the parts of a stored tensor and the tensor itself, in two legs: a map of rows
/// next to the parts, whole-tensor operations next to the stored tensor.
struct LayoutPath: Sendable {
  /// Operations from the mapped rows to the stored tensor, in order.
  let operations: [LayoutOperation]
  /// Row maps from the stored end to the parts: one for all parts (`join`) or one per part.
  let maps: [Level]
  /// Rows of each part.
  let partRows: [Int]
  /// Elements of a row where the maps apply.
  let columns: Int

  /// A step's maps.
  enum Level: Sendable {
    /// One map from which several parts come.
    case joined(any RowMap)
    /// One map for each part, nil where nothing moves.
    case separate([(any RowMap)?])
  }

  /// The way over `steps` from parts of those shapes.
  ///
  /// - Throws: `.layout` if a transposition stands before a step that moves rows.
  init(
    _ layout: StoredLayout, steps: ArraySlice<LayoutStep>, from shapes: [Shape]
  ) throws(TensorError) {
    let isBias = layout.isBias
    let stages = [shapes] + (try layout.stages(steps, from: shapes))
    var operations: [LayoutOperation] = []
    var maps: [Level] = []
    var mapped = false
    for (index, step) in steps.enumerated().reversed() {
      let before = stages[index]
      let transform = try LayoutTransforms.find(step)
      var actions: [LayoutAction] = []
      if transform.joinsParts {
        actions = [try transform.action(on: before, step.arguments, isBias: isBias)]
      } else {
        for shape in before {
          actions.append(try transform.action(on: [shape], step.arguments, isBias: isBias))
        }
      }
      var rows: [(any RowMap)?] = []
      for action in actions {
        switch action {
        case .none: rows.append(nil)
        case .rows(let map): rows.append(map)
        case .operation(.values(let map)):
          // Values may change at any time; rows and matrices move as they did.
          rows.append(nil)
          if rows.count == 1 { operations.append(.values(map)) }
        case .operation(let operation):
          guard !mapped, actions.count == 1 else {
            throw TensorError(
              .layout, "\(step) before a step that moves rows is not supported")
          }
          operations.append(operation)
          rows.append(nil)
        }
      }
      if transform.joinsParts, let first = rows.first, let map = first {
        maps.append(.joined(map))
        mapped = true
      } else if rows.contains(where: { $0 != nil }) {
        maps.append(.separate(rows))
        mapped = true
      }
    }
    // A slice that is a vector is one row of its tensor.
    let isRow = layout.isRowOfTensor
    var partRows: [Int] = []
    for shape in shapes { partRows.append(isRow ? 1 : try shape.layoutRows(isBias).count) }
    self.operations = operations.reversed()
    self.maps = maps
    self.partRows = partRows
    columns =
      isRow ? shapes.first?.axes.first ?? 1 : try shapes.first?.layoutRows(isBias).columns ?? 1
  }

  /// Whether rows keep their places.
  var movesNoRows: Bool { maps.isEmpty && partRows.count == 1 }

  /// Where row `row` next to the operations comes from.
  func origin(of row: Int) -> RowOrigin {
    var place = RowOrigin(part: 0, row: row)
    for level in maps {
      switch level {
      case .joined(let map): place = map.origin(ofStored: place.row)
      case .separate(let maps):
        guard place.part < maps.count, let map = maps[place.part] else { continue }
        place = RowOrigin(part: place.part, row: map.origin(ofStored: place.row).row)
      }
    }
    return place
  }

  /// Where row `row` of part `part` goes.
  func stored(part: Int, row: Int) -> Int {
    var row = row
    for level in maps.reversed() {
      switch level {
      case .joined(let map): row = map.stored(part: part, row: row)
      case .separate(let maps):
        guard part < maps.count, let map = maps[part] else { continue }
        row = map.stored(part: 0, row: row)
      }
    }
    return row
  }
}

extension Shape {
  /// Rows as layout steps count them; a single number is one row of one.
  func layoutRows(_ isBias: Bool) throws(TensorError) -> RowView {
    rank == 0 ? RowView(axis: 0, batches: 1, rows: 1, columns: 1) : try rowView(isBias: isBias)
  }
}
