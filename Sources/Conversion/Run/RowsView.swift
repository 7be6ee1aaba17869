internal import Tensors

/// A tensor on its way from the sources to the target's layout, as rows of equal length.
///
/// A chain of layouts as nested views: the innermost are stored tensors, the outermost is the target.
/// Nothing is moved until rows are asked for.
indirect enum RowsView: Sendable {
  /// Source `source` of the chain, cut into rows.
  case stored(source: Int, columns: Int)
  /// Rows of several views, as the chain maps them.
  case gathered([RowsView], LayoutChain)
  /// Matrices of `rows` x `columns`, each transposed; `level` counts the transpositions below.
  case transposed(RowsView, rows: Int, columns: Int, level: Int)
  /// The same elements in rows of another length.
  case reshaped(RowsView, from: Int, to: Int)

  /// The target's view.
  init(_ chain: LayoutChain) {
    var bases: [RowsView] = []
    for (index, operations) in chain.before.enumerated() {
      bases.append(
        RowsView.stored(source: index, columns: chain.columns).applying(
          operations, columns: chain.columns))
    }
    let rows = chain.keepsRows && bases.count == 1 ? bases[0] : .gathered(bases, chain)
    self = rows.applying(chain.after, columns: nil)
  }

  /// Elements of a row.
  var columns: Int {
    switch self {
    case .stored(_, let columns): columns
    case .gathered(_, let chain): chain.columns
    case .transposed(_, let rows, _, _): rows
    case .reshaped(_, _, let to): to
    }
  }

  /// Transpositions that stand one upon another.
  var depth: Int {
    switch self {
    case .stored: 0
    case .gathered(let bases, _): bases.map(\.depth).max() ?? 0
    case .transposed(_, _, _, let level): level + 1
    case .reshaped(let base, _, _): base.depth
    }
  }

  /// The view after operations, value maps left out.
  ///
  /// - Parameter columns: what the rows of the result must be; nil if the operations tell it.
  private func applying(_ operations: [LayoutOperation], columns: Int?) -> RowsView {
    var view = self
    for operation in operations {
      switch operation {
      case .values: continue
      case .reshape(_, let to): view = view.cut(to)
      case .transpose(_, let rows, let columns):
        view = .transposed(view.cut(columns), rows: rows, columns: columns, level: view.depth)
      }
    }
    return columns.map { view.cut($0) } ?? view
  }

  /// The view in rows of another length.
  private func cut(_ length: Int) -> RowsView {
    if columns == length { return self }
    switch self {
    case .stored(let source, _): return .stored(source: source, columns: length)
    case .reshaped(let base, let from, _):
      return from == length ? base : .reshaped(base, from: from, to: length)
    case .gathered, .transposed: return .reshaped(self, from: columns, to: length)
    }
  }
}
