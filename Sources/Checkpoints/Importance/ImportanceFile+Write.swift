internal import ByteIO
public import Failures

extension ImportanceFile {
  /// Writes the file in either form, with the bytes of llama-imatrix for the same statistics; it
  /// appears whole or not at all.
  ///
  /// - Parameters:
  ///   - replace: whether a file of that name may be replaced.
  ///   - sync: whether to wait until the data is on the disk.
  /// - Returns: what the form cannot hold, in sentences.
  /// - Throws: `.cannotHold` for what the form has no room for, `.value` for a value that is NaN,
  ///   infinite or negative, `.choice` if it is the file that is read.
  @discardableResult
  public func write(
    to path: String, format: ImportanceFormat, replace: Bool = false, sync: Bool = true
  ) throws(CheckpointError) -> [String] {
    let layout = try ImportanceLayout(self, as: format)
    try refuseSource(path)
    let transaction = try passing { () throws(ByteIOError) in
      try OutputTransaction(path, isFolder: false, replace: replace)
    }
    do throws(CheckpointError) {
      let output = try passing { () throws(ByteIOError) in
        let output = try OutputFile(transaction.partial, size: layout.size)
        for segment in layout.segments { try output.write(segment.bytes, at: segment.offset) }
        return output
      }
      for run in layout.runs { try run.write(to: output) }
      try passing { () throws(ByteIOError) in
        try pool?.checkUnchanged()
        if sync { try output.sync() }
        try transaction.commit(sync: sync)
      }
    } catch {
      do throws(ByteIOError) {
        try transaction.discard()
      } catch let second {
        throw CheckpointError(
          .io, "\(error.message); what was built is left behind: \(second.description)",
          at: error.place, cause: error)
      }
      throw error
    }
    return layout.notes
  }

  private func refuseSource(_ path: String) throws(CheckpointError) {
    guard let target = FileIdentity.of(path) else { return }
    for file in files where FileIdentity.of(file)?.isSameFile(as: target) == true {
      throw CheckpointError(
        .choice, "input and output are the same: \(file)", at: Place(file: path))
    }
  }

  private func passing<T>(_ body: () throws(ByteIOError) -> T) throws(CheckpointError) -> T {
    do throws(ByteIOError) { return try body() } catch {
      throw CheckpointError(.io, wrapping: error)
    }
  }
}

extension ImportanceLayout.Run {
  /// Writes the values, a window at a time.
  func write(to output: OutputFile) throws(CheckpointError) {
    var begin = 0
    while begin < entry.valueCount {
      let end = min(begin + ImportanceLimits.window, entry.valueCount)
      var values = try entry.sums(begin..<end)
      apply(to: &values, from: begin)
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw CheckpointError(
          .cannotHold,
          "the value of expert \((begin + index) / entry.columns), column "
            + "\((begin + index) % entry.columns) exceeds binary32 in this form",
          at: entry.place(ofValue: begin + index))
      }
      do throws(ByteIOError) {
        // The numbers lie in memory as in the file: every platform here is little-endian.
        try values.withUnsafeBufferPointer { values throws(ByteIOError) in
          try output.write(
            UnsafeRawBufferPointer(values), at: offset + UInt64(begin * MemoryLayout<Float>.size))
        }
      } catch { throw CheckpointError(.io, wrapping: error) }
      begin = end
    }
  }

  private func apply(to values: inout [Float], from begin: Int) {
    switch change {
    case .none: break
    case .times(let factor):
      for index in values.indices { values[index] *= factor }
    case .meanTimes(let calls):
      values.withUnsafeMutableBufferPointer { values in
        entry.forEachExpert(from: begin, count: values.count) { expert, part in
          let count = Float(entry.counts[expert])
          for index in part {
            values[index] = count > 0 ? values[index] / count * calls : calls
          }
        }
      }
    }
  }
}
