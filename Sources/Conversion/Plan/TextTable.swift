/// Columns of text, aligned for a terminal.
public struct TextTable {
  private var rows: [[String]] = []
  private let right: Set<Int>

  /// A table with its heading; `right` are the columns aligned to the right.
  public init(_ heading: [String], right: Set<Int> = []) {
    rows = [heading]
    self.right = right
  }

  /// Adds a row.
  public mutating func add(_ row: [String]) { rows.append(row) }

  /// The lines, indented.
  public func text(indent: String = "") -> String {
    var widths = [Int](repeating: 0, count: rows.map(\.count).max() ?? 0)
    for row in rows {
      for (index, cell) in row.enumerated() { widths[index] = max(widths[index], width(cell)) }
    }
    var result = ""
    for row in rows {
      var line = indent
      for (index, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[index] - width(cell))
        line += right.contains(index) ? padding + cell : cell + padding
        if index + 1 < row.count { line += "  " }
      }
      while line.hasSuffix(" ") { line.removeLast() }
      result += line + "\n"
    }
    return result
  }

  private func width(_ text: String) -> Int { text.count }
}
