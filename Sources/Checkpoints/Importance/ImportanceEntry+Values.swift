internal import ByteIO
public import Failures

extension ImportanceEntry {
  /// The sums as the file has them: squares summed over the rows of input, `[experts, columns]`; in
  /// the legacy form means times the number of chunks.
  ///
  /// - Parameter range: the values wanted, all if nil.
  /// - Throws: `.value` for a number that is NaN, infinite or negative.
  public func sums(_ range: Range<Int>? = nil) throws(CheckpointError) -> [Float] {
    let range = range ?? 0..<valueCount
    guard range.lowerBound >= 0, range.upperBound <= valueCount else {
      throw CheckpointError(
        .layout, "asked for values \(range), the entry has \(valueCount)",
        at: Place(tensor: name))
    }
    var failure: CheckpointError?
    let values = [Float](unsafeUninitializedCapacity: range.count) { buffer, initialized in
      let values = UnsafeMutableBufferPointer(rebasing: buffer[..<range.count])
      do throws(CheckpointError) {
        try read(from: range.lowerBound, into: values)
        try refuseDefect(in: UnsafeBufferPointer(values), from: range.lowerBound)
        initialized = range.count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return values
  }

  /// What each column weighs in a search for scales: sum / count, in binary32, the count rounded to
  /// binary32 first; 1 for every column of an expert that saw nothing.
  ///
  /// - Parameter range: the values wanted of `[experts, columns]`, all if nil.
  /// - Throws: `.value` for a number that is NaN, infinite or negative.
  public func importance(_ range: Range<Int>? = nil) throws(CheckpointError) -> [Float] {
    var values = try sums(range)
    let begin = range?.lowerBound ?? 0
    values.withUnsafeMutableBufferPointer { values in
      forEachExpert(from: begin, count: values.count) { expert, part in
        let count = Float(counts[expert])
        if counts[expert] > 0 {
          for index in part { values[index] /= count }
        } else {
          for index in part { values[index] = 1 }
        }
      }
    }
    return values
  }

  /// Calls `body` with each expert that values lie in, and which of them are its own.
  func forEachExpert(from begin: Int, count: Int, _ body: (Int, Range<Int>) -> Void) {
    var index = 0
    while index < count {
      let expert = (begin + index) / columns
      let end = min(count, (expert + 1) * columns - begin)
      body(expert, index..<end)
      index = end
    }
  }

  /// Fills the buffer with the values from `begin` on, unchecked.
  func read(
    from begin: Int, into buffer: UnsafeMutableBufferPointer<Float>
  ) throws(CheckpointError) {
    let raw = UnsafeMutableRawBufferPointer(buffer)
    let width = MemoryLayout<Float>.size
    switch source {
    case .memory(let values):
      values.withUnsafeBytes {
        raw.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: $0[(begin * width)...].prefix(raw.count)))
      }
    case .tensor(let reader, let tensor):
      let start = begin * width
      try reader.read(tensor: tensor, range: start..<start + raw.count, into: raw)
    case .file(let pool, let path, let offset):
      do throws(ByteIOError) {
        try pool.file(path).read(into: raw, at: offset + UInt64(begin * width))
      } catch { throw CheckpointError(.io, wrapping: error, at: Place(tensor: name)) }
    }
  }

  /// Where a value lies.
  func place(ofValue index: Int) -> Place {
    let distance = UInt64(index * MemoryLayout<Float>.size)
    switch source {
    case .memory:
      return Place(tensor: name)
    case .tensor(let reader, let tensor):
      let spec = reader.tensors[tensor]
      return Place(
        file: reader.files[spec.fileIndex], byteOffset: spec.fileOffset + distance, tensor: name)
    case .file(_, let path, let offset):
      return Place(file: path, byteOffset: offset + distance, tensor: name)
    }
  }

  /// - Throws: `.value` for the first value that cannot be a sum of squares.
  func refuseDefect(
    in values: UnsafeBufferPointer<Float>, from begin: Int
  ) throws(CheckpointError) {
    guard let index = values.firstIndex(where: { ValueDefect.of($0) != nil }),
      let defect = ValueDefect.of(values[index])
    else { return }
    let position = begin + index
    throw CheckpointError(
      .value,
      "the value of expert \(position / columns), column \(position % columns) is "
        + "\(defect.phrase); expected a finite number from 0 up", at: place(ofValue: position))
  }

  /// Why a number cannot be a sum of squares.
  enum ValueDefect: CaseIterable {
    case notANumber, infinite, negative

    static func of(_ value: Float) -> ValueDefect? {
      if value >= 0, value <= .greatestFiniteMagnitude { return nil }
      return value.isNaN ? .notANumber : value.isInfinite ? .infinite : .negative
    }

    /// What a message calls it.
    var phrase: String {
      switch self {
      case .notANumber: "NaN"
      case .infinite: "infinite"
      case .negative: "negative"
      }
    }
  }
}
