internal import Checkpoints
internal import Failures
internal import Synchronization
internal import Tensors

/// The factors of the tensors that are being merged: read when a tensor's first tile is, and kept
/// while it is among the last few.
final class FactorCache: Sendable {
  private struct State {
    var known: [Int: [LowRankUpdate]] = [:]
    /// Oldest first.
    var recent: [Int] = []
  }

  /// Tensors whose factors are kept: threads work on neighbours.
  private static let capacity = 16

  private let merge: AdapterMerge
  private let state = Mutex(State())
  /// Most bytes that all of it takes.
  let byteLimit: Int

  init(_ merge: AdapterMerge) {
    self.merge = merge
    let sizes = merge.changes.map { Self.byteCount($0.value, merge) }.sorted(by: >)
    // Matrices that are turned are there twice for a moment.
    byteLimit = sizes.prefix(Self.capacity).reduce(sizes.first ?? 0, Self.sum)
  }

  /// Bytes of a tensor's factors.
  static func byteCount(_ change: TensorChange, _ merge: AdapterMerge) -> Int {
    change.updates.reduce(0) { total, update in
      let (out, input) = merge.adapters[update.adapter].counts(of: update.pair)
      return sum(
        total, LowRankUpdate.byteCount(rows: out, columns: input, rank: update.pair.rank))
    }
  }

  private static func sum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? Int.max : sum
  }

  /// What is added to a tensor, in order.
  func updates(of tensor: Int, _ change: TensorChange) throws(CheckpointError) -> [LowRankUpdate] {
    if let known = state.withLock({ $0.known[tensor] }) { return known }
    // Two threads may read the same factors; both get the same numbers.
    var made: [LowRankUpdate] = []
    for update in change.updates { made.append(try load(update)) }
    state.withLock { state in
      guard state.known.updateValue(made, forKey: tensor) == nil else { return }
      state.recent.append(tensor)
      if state.recent.count > Self.capacity {
        state.known[state.recent.removeFirst()] = nil
      }
    }
    return made
  }

  private func load(_ update: TensorChange.Update) throws(CheckpointError) -> LowRankUpdate {
    let adapter = merge.adapters[update.adapter]
    let numbers = Numbers(reader: adapter.reader)
    let (out, input) = adapter.counts(of: update.pair)
    let rank = update.pair.rank
    let a = try numbers.all(update.pair.a)
    let b = try numbers.all(update.pair.b)
    let magnitudes: [Float]? =
      if let index = update.pair.magnitude { try numbers.all(index) } else { nil }
    guard update.isTransposed else {
      return LowRankUpdate(
        rowFactors: b, columnFactors: a, rank: rank, columns: input, scale: update.scale,
        magnitudes: magnitudes)
    }
    return LowRankUpdate(
      rowFactors: Self.transposed(a, rows: rank, columns: input),
      columnFactors: Self.transposed(b, rows: out, columns: rank), rank: rank, columns: out,
      scale: update.scale, magnitudes: magnitudes)
  }

  private static func transposed(_ values: [Float], rows: Int, columns: Int) -> [Float] {
    var result = [Float](repeating: 0, count: values.count)
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
    }
    return result
  }
}
