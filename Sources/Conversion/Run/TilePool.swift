internal import ByteIO
internal import Checkpoints
internal import Dispatch
internal import Failures
internal import Synchronization
internal import Tensors

/// Threads that take tiles in output order and write them to their places.
final class TilePool: Sendable {
  /// An extent of a planned file.
  struct ExtentID: Hashable, Sendable {
    let file: Int
    let extent: Int
  }

  private struct State {
    var failure: (tile: Int, error: ConversionError)?
    var bytes: UInt64 = 0
    var underflows: [String: Int] = [:]
    var tileChecksums: [ExtentID: [(index: Int, crc: UInt32, count: Int)]] = [:]
  }

  private let list: WorkList
  private let plan: Plan
  private let source: SourceCheckpoint
  private let files: [OutputFile]
  private let options: RunOptions
  private let next = Atomic<Int>(0)
  private let failed = Atomic<Bool>(false)
  private let state = Mutex(State())

  init(
    list: WorkList, plan: Plan, source: SourceCheckpoint, files: [OutputFile], options: RunOptions
  ) {
    self.list = list
    self.plan = plan
    self.source = source
    self.files = files
    self.options = options
  }

  /// Runs every tile.
  func run() throws(ConversionError) -> RunReport {
    let workers = max(1, min(plan.threads, list.tileCount))
    if workers == 1 {
      work()
    } else {
      DispatchQueue.concurrentPerform(iterations: workers) { _ in work() }
    }
    return try state.withLock { state throws(ConversionError) in
      if let failure = state.failure { throw failure.error }
      return RunReport(underflows: state.underflows)
    }
  }

  /// CRC-32 of every extent that asked for one.
  var checksums: [ExtentID: UInt32] {
    state.withLock { state in
      state.tileChecksums.mapValues { tiles in
        tiles.sorted { $0.index < $1.index }.reduce(UInt32(0)) { crc, tile in
          CRC32.combine(crc, tile.crc, lengthOfB: UInt64(tile.count))
        }
      }
    }
  }

  private func work() {
    let runner = TileRunner(
      source: source, files: files, importance: plan.importance, saturate: options.saturate)
    while !failed.load(ordering: .relaxed) {
      let tile = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard tile < list.tileCount else { return }
      let work = list.item(ofTile: tile)
      do throws(ConversionError) {
        let result = try runner.run(work, tile: tile - work.firstTile)
        record(result, work, tile - work.firstTile)
      } catch {
        failed.store(true, ordering: .relaxed)
        state.withLock { state in
          if let known = state.failure, known.tile < tile { return }
          state.failure = (tile, error)
        }
      }
    }
  }

  private func record(_ result: TileRunner.Result, _ work: TensorWork, _ index: Int) {
    let bytes = state.withLock { state in
      state.bytes += UInt64(result.byteCount)
      if result.underflows > 0 {
        state.underflows[work.tensor.name, default: 0] += result.underflows
      }
      if let crc = result.checksum {
        state.tileChecksums[ExtentID(file: work.file, extent: work.extent), default: []]
          .append((index, crc, result.byteCount))
      }
      return state.bytes
    }
    options.observer?.advanced(bytes: bytes, tensor: work.tensor.name)
  }
}
