/// How one stored tensor of a target is made from the stored tensors of a source.
///
/// The source's steps run backwards, the target's forwards, and what one does and the other undoes
/// has been cancelled. What is left, in this order:
/// 1. `before[s]`: whole-tensor operations on each source tensor, mostly none;
/// 2. a one-to-one map of rows of `columns` elements: `origin(of:)`, `forEachRun`;
/// 3. `after`: whole-tensor operations, mostly none. Value maps stand here, too.
public struct LayoutChain: Sendable {
  /// Operations on each source tensor before rows are taken from it.
  public var before: [[LayoutOperation]] { content.before }
  /// Operations on the gathered rows.
  public var after: [LayoutOperation] { content.after }
  /// Rows that are gathered.
  public var rowCount: Int { content.rowCount }
  /// Elements of a gathered row.
  public var columns: Int { content.columns }
  /// Every row stands where it stood, in the only source.
  public var keepsRows: Bool { content.keepsRows }
  /// Nothing is left to do but to copy the only source.
  public var isIdentity: Bool {
    keepsRows && (before + [after]).allSatisfy { $0.allSatisfy(\.movesNothing) }
  }
  /// Whether matrices are transposed, before or after rows are gathered.
  public var transposes: Bool {
    (before + [after]).contains { $0.contains(where: \.isTransposition) }
  }
  /// How values change, in order; they do so wherever the elements stand.
  public var valueMaps: [ValueMap] {
    after.compactMap { if case .values(let map) = $0 { map } else { nil } }
  }

  /// Behind a reference: plans hold a chain for each tensor, many of them the same one.
  private let content: Content

  private final class Content: Sendable {
    let before: [[LayoutOperation]]
    let after: [LayoutOperation]
    let rowCount: Int
    let columns: Int
    let keepsRows: Bool
    let target: LayoutPath
    let sources: [LayoutPath]
    /// For each part of the target, the source parts that cover it, sorted by `start`.
    let covers: [[Cover]]

    init(
      before: [[LayoutOperation]], after: [LayoutOperation], rowCount: Int, columns: Int,
      keepsRows: Bool, target: LayoutPath, sources: [LayoutPath], covers: [[Cover]]
    ) {
      self.before = before
      self.after = after
      self.rowCount = rowCount
      self.columns = columns
      self.keepsRows = keepsRows
      self.target = target
      self.sources = sources
      self.covers = covers
    }
  }

  private struct Cover: Sendable {
    /// First row of the target's part that it holds.
    let start: Int
    let count: Int
    let source: Int
    let part: Int
    /// The row of the source's part that is the target part's row `start`.
    let offset: Int
  }

  /// The chain from those source tensors to a target tensor.
  ///
  /// - Throws: `.layout` if the sources do not hold every part, or a step is not supported between
  ///   two moves of rows; `.shape` if a step does not fit.
  public init(from sources: [StoredLayout], to target: StoredLayout) throws(TensorError) {
    var common = 0
    if sources.count == 1, let source = sources.first, source.parts == target.parts {
      while common < min(source.steps.count, target.steps.count),
        source.steps[common] == target.steps[common]
      { common += 1 }
    }
    let whole = target.parts.map(\.shape)
    let shapes =
      try target.stages(target.steps[..<common], from: whole).last ?? whole
    let path = try LayoutPath(target, steps: target.steps[common...], from: shapes)
    var sourcePaths: [LayoutPath] = []
    var before: [[LayoutOperation]] = []
    var values: [LayoutOperation] = []
    for (index, source) in sources.enumerated() {
      let start = common > 0 ? shapes : source.parts.map(\.shape)
      let path = try LayoutPath(source, steps: source.steps[common...], from: start)
      sourcePaths.append(path)
      let undone = path.operations.reversed().map(\.inverse)
      before.append(undone.filter { !$0.changesValues })
      let changes = undone.filter(\.changesValues)
      if index > 0, changes != values {
        throw TensorError(.layout, "the sources of one tensor differ in how values change")
      }
      values = changes
    }
    var covers: [[Cover]] = []
    for (index, rows) in path.partRows.enumerated() {
      covers.append(
        common > 0
          ? [Cover(start: 0, count: rows, source: 0, part: index, offset: 0)]
          : try Self.covers(of: target.parts[index], rows: rows, sources, sourcePaths))
    }
    let identity =
      covers.count == 1 && covers[0].count == 1 && path.movesNoRows
      && (sourcePaths.first?.movesNoRows ?? false) && covers[0][0].offset == 0
      && covers[0][0].count == sourcePaths[0].partRows.reduce(0, +)
    var count = 0
    for rows in path.partRows {
      let (sum, overflow) = count.addingReportingOverflow(rows)
      guard !overflow else { throw TensorError(.shape, "the rows are beyond 64 bits") }
      count = sum
    }
    content = Content(
      before: before, after: values + path.operations, rowCount: count, columns: path.columns,
      keepsRows: identity, target: path, sources: sourcePaths, covers: covers)
  }

  /// The source parts that hold the rows of a target's part.
  private static func covers(
    of wanted: LayoutPart, rows: Int, _ sources: [StoredLayout], _ paths: [LayoutPath]
  ) throws(TensorError) -> [Cover] {
    var found: [Cover] = []
    for (index, source) in sources.enumerated() {
      for (partIndex, part) in source.parts.enumerated() where part.tensor == wanted.tensor {
        let held = paths[index].partRows[partIndex]
        switch (wanted.slice, part.slice) {
        case (nil, nil):
          found.append(Cover(start: 0, count: held, source: index, part: partIndex, offset: 0))
        case (let a?, let b?):
          if a == b {
            found.append(Cover(start: 0, count: held, source: index, part: partIndex, offset: 0))
          }
        case (nil, let slice?):
          let (start, overflow) = slice.multipliedReportingOverflow(by: held)
          guard !overflow else { throw TensorError(.shape, "the rows are beyond 64 bits") }
          found.append(
            Cover(start: start, count: held, source: index, part: partIndex, offset: 0))
        case (let slice?, nil):
          let (start, overflow) = slice.multipliedReportingOverflow(by: rows)
          guard !overflow, start <= held - rows else { continue }
          found.append(
            Cover(start: 0, count: rows, source: index, part: partIndex, offset: start))
        }
      }
    }
    found.sort { $0.start < $1.start }
    var next = 0
    var kept: [Cover] = []
    for cover in found where cover.start == next && next < rows {
      next += cover.count
      kept.append(cover)
    }
    guard next == rows else {
      throw TensorError(
        .layout, "the source holds \(next) of \(rows) rows of a part of shape \(wanted.shape)")
    }
    return kept
  }

  /// The source and its row that becomes row `row` of the target, between `before` and `after`.
  public func origin(of row: Int) -> (source: Int, row: Int) {
    let place = content.target.origin(of: row)
    let list = content.covers[place.part]
    var low = 0
    var high = list.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if list[middle].start <= place.row { low = middle } else { high = middle }
    }
    let cover = list[low]
    let inside = place.row - cover.start + cover.offset
    return (cover.source, content.sources[cover.source].stored(part: cover.part, row: inside))
  }

  /// Calls `body` for each run of target rows that are consecutive rows of one source.
  public func forEachRun<E: Error>(
    in rows: Range<Int>,
    _ body: (_ target: Int, _ source: Int, _ row: Int, _ count: Int) throws(E) -> Void
  ) throws(E) {
    guard let first = rows.first else { return }
    var start = first
    var from = origin(of: first)
    var count = 1
    for row in rows.dropFirst() {
      let next = origin(of: row)
      if next.source == from.source, next.row == from.row + count {
        count += 1
        continue
      }
      try body(start, from.source, from.row, count)
      start = row
      from = next
      count = 1
    }
    try body(start, from.source, from.row, count)
  }
}

extension LayoutOperation {
  /// Whether it is a value map.
  var changesValues: Bool { if case .values = self { true } else { false } }
  /// Whether elements keep order and value: a single row or column lies as it lay, transposed.
  var movesNothing: Bool {
    switch self {
    case .reshape: true
    case .transpose(_, let rows, let columns): rows <= 1 || columns <= 1
    case .values: false
    }
  }
  /// Whether it moves elements of a row apart.
  var isTransposition: Bool {
    if case .transpose = self { !movesNothing } else { false }
  }
}
