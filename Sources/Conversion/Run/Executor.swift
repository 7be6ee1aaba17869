internal import ByteIO
internal import Checkpoints
public import Failures
internal import Tensors

/// Runs a plan: moves tiles to their planned places, on a fixed number of threads.
///
/// The output never depends on the number of threads; the error reported is the first in the
/// plan's order.
public struct Executor: Sendable {
  /// The plan to run.
  public let plan: Plan
  /// The opened source that the plan was made for.
  public let source: SourceCheckpoint
  /// How to run it.
  public let options: RunOptions

  /// An executor of that plan.
  public init(plan: Plan, source: SourceCheckpoint, options: RunOptions = RunOptions()) {
    self.plan = plan
    self.source = source
    self.options = options
  }

  /// Writes the output; it appears whole or not at all.
  public func run() throws(ConversionError) -> RunReport {
    let start = ContinuousClock.now
    let list = try WorkList(plan)
    // First whether there may be an output at all: its folder is what the resources are asked of.
    try passing { () throws(ByteIOError) in
      try OutputTransaction.check(
        plan.target.path, isFolder: plan.target.isFolder, replace: options.force)
    }
    try ResourceCheck(plan: plan).run()
    let transaction = try passing { () throws(ByteIOError) in
      try OutputTransaction(
        plan.target.path, isFolder: plan.target.isFolder, replace: options.force)
    }
    do throws(ConversionError) {
      let report = try build(list, transaction, start)
      options.observer?.ended(report)
      return report
    } catch {
      do throws(ByteIOError) {
        try transaction.discard()
      } catch let second {
        throw ConversionError(
          .below, "\(error.message); what was built is left behind: \(second.description)",
          at: error.place, cause: error)
      }
      throw error
    }
  }

  private func build(
    _ list: WorkList, _ transaction: OutputTransaction, _ start: ContinuousClock.Instant
  ) throws(ConversionError) -> RunReport {
    try EqualityChecker(plan: plan, reader: source.reader).run()
    let files = try create(transaction)
    options.observer?.began(
      totalBytes: list.items.reduce(0) { $0 + UInt64($1.tensor.byteCount) },
      tensors: list.items.count)
    let pool = TilePool(
      list: list, plan: plan, source: source, files: files, options: options)
    var report = try pool.run()
    try passing { () throws(ByteIOError) in
      try fillSlots(files, pool.checksums)
      try source.pool.checkUnchanged()
      if options.sync {
        options.observer?.syncing()
        for file in files { try file.sync() }
      }
      try transaction.commit(sync: options.sync)
    }
    report.bytes = plan.outputBytes
    report.seconds =
      Double((ContinuousClock.now - start).components.seconds)
      + Double((ContinuousClock.now - start).components.attoseconds) * 1e-18
    return report
  }

  private func create(_ transaction: OutputTransaction) throws(ConversionError) -> [OutputFile] {
    var files: [OutputFile] = []
    for planned in plan.files {
      let file = try passing { () throws(ByteIOError) in
        let file = try OutputFile(try transaction.path(of: planned.name), size: planned.size)
        for segment in planned.segments { try file.write(segment.bytes, at: segment.offset) }
        return file
      }
      files.append(file)
    }
    return files
  }

  private func fillSlots(
    _ files: [OutputFile], _ checksums: [TilePool.ExtentID: UInt32]
  ) throws(ByteIOError) {
    for (index, planned) in plan.files.enumerated() {
      for slot in planned.slots {
        switch slot.value {
        case .crc32(let extent):
          let value = checksums[TilePool.ExtentID(file: index, extent: extent)] ?? 0
          try files[index].write(
            withUnsafeBytes(of: value.littleEndian) { Array($0) }, at: slot.offset)
        }
      }
    }
  }
}
