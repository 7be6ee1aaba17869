public import Failures
public import Tensors

extension ImportanceFile {
  /// Compares the file with a model's tensors and looks at every value.
  ///
  /// Errors are sizes that do not fit, values that are NaN, infinite or negative, and a file of which
  /// no entry fits; warnings are entries of unknown tensors; notes are entries that are all
  /// zero and experts without data. All are collected, in the order of the entries.
  ///
  /// - Parameter tensors: the names that the file uses (GGUF's) and shapes, outermost first. A weight
  ///   needs a value for each column of each matrix along its third axis from the end.
  /// - Throws: only if the file cannot be read.
  public func check(
    against tensors: [(name: String, shape: Shape)]
  ) throws(CheckpointError) -> [ImportanceProblem] {
    var model: [[UInt8]: Shape] = [:]
    for (name, shape) in tensors { model[Array(name.utf8)] = shape }
    var problems: [ImportanceProblem] = []
    var matches = 0
    for entry in entries {
      let shape = model[Array(entry.name.utf8)]
      if let shape {
        matches += 1
        if let message = entry.mismatch(shape) {
          problems.append(.init(.error, entry.name, message))
        }
      } else {
        problems.append(
          .init(
            .warning, entry.name, "the model has no tensor of that name; the entry is not used"))
      }
      try problems += entry.valueProblems(columns: shape?.columns)
    }
    if matches == 0 {
      problems.append(
        .init(
          .error, nil,
          entries.isEmpty
            ? "no entries are left"
            : "none of the \(entries.count) entries bears the name of a tensor of the model, not even "
              + "'\(entries.first?.name ?? "")'; is the file that of another model?"))
    }
    return problems
  }
}

extension ImportanceEntry {
  /// Values that a tensor of that shape needs, nil if they are too many to count.
  private static func needed(_ shape: Shape) -> (columns: Int, matrices: Int, values: Int)? {
    let matrices = shape.rank >= 3 ? shape.axes[shape.rank - 3] : 1
    let (values, overflow) = shape.columns.multipliedReportingOverflow(by: matrices)
    return overflow ? nil : (shape.columns, matrices, values)
  }

  fileprivate func mismatch(_ shape: Shape) -> String? {
    let needed = Self.needed(shape)
    if let needed, needed.values == valueCount {
      // One count may stand for a whole stack.
      if experts == 1 || experts == needed.matrices { return nil }
      let expected = needed.matrices == 1 ? "1" : "\(needed.matrices) or 1"
      return "\(experts) counts; the tensor's shape \(shape) needs \(expected)"
    }
    let found =
      experts == 1 ? "\(columns) values" : "\(valueCount) values (\(experts) experts of \(columns))"
    let expected = needed.map {
      $0.matrices == 1
        ? "\($0.values), one for each column"
        : "\($0.values): \($0.columns) for each of \($0.matrices) matrices"
    }
    return "\(found); the tensor's shape \(shape) needs \(expected ?? "more than can be counted")"
  }

  /// - Parameter columns: of the model's tensor; names the expert where one count is for all.
  fileprivate func valueProblems(columns: Int?) throws(CheckpointError) -> [ImportanceProblem] {
    var found: [ValueDefect: (count: Int, first: Int)] = [:]
    var isZero = true
    let size = min(valueCount, ImportanceLimits.window)
    let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: size)
    defer { buffer.deallocate() }
    var begin = 0
    while begin < valueCount {
      let window = UnsafeMutableBufferPointer(
        rebasing: buffer[..<min(size, valueCount - begin)])
      try read(from: begin, into: window)
      for index in window.indices {
        if window[index] != 0 { isZero = false }
        if let defect = ValueDefect.of(window[index]) {
          found[defect, default: (0, begin + index)].count += 1
        }
      }
      begin += window.count
    }
    let width = columns.flatMap { $0 > 0 && valueCount % $0 == 0 ? $0 : nil } ?? self.columns
    var problems: [ImportanceProblem] = []
    for defect in ValueDefect.allCases {
      guard let (count, first) = found[defect] else { continue }
      let position = "expert \(first / width), column \(first % width)"
      problems.append(
        .init(
          .error, name,
          count == 1
            ? "the value of \(position) is \(defect.phrase)"
            : "\(count) values are \(defect.phrase), the first is that of \(position)"))
    }
    if isZero { problems.append(.init(.note, name, "all \(valueCount) values are zero")) }
    let unseen = counts.lazy.filter { $0 == 0 }.count
    if unseen > 0 {
      problems.append(
        .init(
          .note, name,
          "\(unseen) of \(experts) experts have no data; each of their columns weighs 1"))
    }
    return problems
  }
}
