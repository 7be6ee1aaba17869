internal import Checkpoints
internal import Dispatch
internal import Failures
internal import Synchronization
internal import Tensors

/// Measures the errors of types on the sampled rows of tensors, on several threads.
///
/// Chunks of rows are measured in any order and summed in theirs: the numbers do not depend on the
/// threads.
final class ErrorMeasurement: Sendable {
  /// A tensor and the types that it may get.
  struct Subject: Sendable {
    var item: TensorMapping.Item
    var types: [Encoding]
  }

  private struct Chunk: Sendable {
    var subject: Int
    var runs: [Range<Int>]
  }

  private struct State {
    var failure: (chunk: Int, error: ConversionError)?
    var results: [TypeMeter.Result?]
  }

  private let subjects: [Subject]
  private let works: [TensorWork?]
  private let samples: [RowSample]
  private let chunks: [Chunk]
  private let source: SourceCheckpoint
  private let importance: PlannedImportance?
  private let next = Atomic<Int>(0)
  private let state: Mutex<State>

  init(
    _ subjects: [Subject], source: SourceCheckpoint, importance: PlannedImportance?
  ) throws(ConversionError) {
    self.subjects = subjects
    self.source = source
    self.importance = importance
    var router = Router()
    var works: [TensorWork?] = []
    var samples: [RowSample] = []
    var chunks: [Chunk] = []
    for (number, subject) in subjects.enumerated() {
      let work = try Self.work(subject, importance, &router)
      let count = subject.item.shape.elementCount ?? 0
      let sample = RowSample(
        elementCount: work == nil ? 0 : count,
        unit: work.map { Self.unit($0, count) } ?? 1, matrices: subject.item.shape.matrices,
        weights: RowSample.weights(ofTensors: subjects.count))
      chunks += sample.chunks.map { Chunk(subject: number, runs: $0) }
      works.append(work)
      samples.append(sample)
    }
    self.works = works
    self.samples = samples
    self.chunks = chunks
    state = Mutex(State(results: chunks.map { _ in nil }))
  }

  /// Measures everything.
  ///
  /// - Throws: the first failure in the order of the tensors; a value that a type cannot hold is none.
  func run(threads: Int) throws(ConversionError) -> [ErrorTable.Entry] {
    let workers = max(1, min(threads, chunks.count))
    if workers == 1 {
      work()
    } else {
      DispatchQueue.concurrentPerform(iterations: workers) { _ in work() }
    }
    let results = try state.withLock { state throws(ConversionError) in
      if let failure = state.failure { throw failure.error }
      return state.results
    }
    var parts = [[TypeMeter.Result]](repeating: [], count: subjects.count)
    for (chunk, result) in zip(chunks, results) {
      if let result { parts[chunk.subject].append(result) }
    }
    return subjects.indices.map { entry($0, parts[$0]) }
  }

  private func work() {
    let meter = TypeMeter(source: source, importance: importance)
    while state.withLock({ $0.failure == nil }) {
      let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard number < chunks.count else { return }
      let chunk = chunks[number]
      guard let work = works[chunk.subject] else { continue }
      do throws(ConversionError) {
        let result = try meter.measure(work, chunk.runs, as: subjects[chunk.subject].types)
        state.withLock { $0.results[number] = result }
      } catch {
        state.withLock { state in
          if let known = state.failure, known.chunk < number { return }
          state.failure = (number, error)
        }
      }
    }
  }

  /// The sums of a tensor's chunks, scaled to all of it.
  private func entry(_ number: Int, _ parts: [TypeMeter.Result]) -> ErrorTable.Entry {
    let subject = subjects[number]
    let sampled = samples[number].elements
    let scale =
      sampled > 0 ? Double(subject.item.shape.elementCount ?? 0) / Double(sampled) : 0
    func sum(_ part: (TypeMeter.Result) -> ErrorTable.Sums) -> ErrorTable.Sums {
      var sums = ErrorTable.Sums()
      for result in parts {
        sums.weighted += part(result).weighted
        sums.plain += part(result).plain
      }
      return ErrorTable.Sums(weighted: sums.weighted * scale, plain: sums.plain * scale)
    }
    var entry = ErrorTable.Entry(
      name: subject.item.name, shape: subject.item.shape, encoding: subject.item.encoding,
      sampled: sampled, energy: sum { $0.energy }, errors: [:], refused: [:])
    for (place, type) in subject.types.enumerated() {
      let error = sum { $0.errors[place] }
      if type == subject.item.workingEncoding {
        entry.errors[type.name] = ErrorTable.Sums()
      } else if let reason = parts.lazy.compactMap({ $0.refused[place] }).first {
        entry.refused[type.name] = reason
      } else if entry.energy.isFinite, error.isFinite {
        entry.errors[type.name] = error
      } else {
        entry.refused[type.name] = "the tensor holds values that are not finite"
      }
    }
    if !entry.energy.isFinite { entry.energy = ErrorTable.Sums() }
    return entry
  }

  // MARK: Reading

  /// How a tensor's rows come to f32; nil if it is not made of the source's rows.
  private static func work(
    _ subject: Subject, _ importance: PlannedImportance?, _ router: inout Router
  ) throws(ConversionError) -> TensorWork? {
    let item = subject.item
    guard case .source = item.origin else { return nil }
    let f32 = Encoding(.f32)
    let route = try router.route(
      from: item.encoding, through: item.workingEncoding, to: f32, of: item.shape,
      tensor: item.name)
    let tensor = PlannedTensor(
      name: item.name, shape: item.shape, encoding: f32, origin: item.origin, route: 0,
      fidelity: route.fidelity, byteCount: 0,
      importance: importance?.file.entry(named: item.name) == nil ? nil : item.name,
      reason: nil, layoutText: nil)
    return try WorkList.work(
      tensor, route, file: 0, extent: 0, offset: 0, needsChecksum: false, firstTile: 0,
      tileElements: RowSample.chunkWeights)
  }

  /// Elements of the smallest run of whole rows that can be read by itself.
  private static func unit(_ work: TensorWork, _ count: Int) -> Int {
    let unit = TileGrid.leastCommonMultiple(
      max(1, work.grid.unit), max(1, work.tensor.shape.columns))
    return unit > 0 && count % unit == 0 ? unit : max(1, count)
  }
}

extension ErrorTable.Sums {
  fileprivate var isFinite: Bool { weighted.isFinite && plain.isFinite }
}
