public import Conversion
internal import Checkpoints
internal import Dispatch
internal import Failures
internal import Quantization
internal import Synchronization
internal import Tensors

/// Statistics of one tensor's numbers, the same for every number of threads.
public struct TensorStatistics: Hashable, Sendable {
  /// Least finite value; nil if there is none.
  public var minimum: Double?
  /// Greatest finite value; nil if there is none.
  public var maximum: Double?
  /// Mean of the finite values; nil if there are none.
  public var mean: Double?
  /// Population standard deviation of the finite values; nil if there are none.
  public var deviation: Double?
  /// How many are NaN.
  public var nanCount: Int
  /// How many are infinite.
  public var infinityCount: Int
  /// How many are zero.
  public var zeroCount: Int

  init(_ values: ValueStatistics) {
    minimum = values.minimum
    maximum = values.maximum
    mean = values.mean
    deviation = values.standardDeviation
    nanCount = values.nanCount
    infinityCount = values.infinityCount
    zeroCount = values.zeroCount
  }

  /// Elements that one piece of work decodes: a multiple of the chunk that defines the sums, and of
  /// every block.
  private static let pieceElements = 64 * ValueStatistics.chunkElements

  /// Streams a tensor; nil for encodings whose values are not known.
  public static func of(
    tensor: Int, in source: SourceCheckpoint, threads: Int
  ) throws(ConversionError) -> TensorStatistics? {
    let spec = source.reader.tensors[tensor]
    guard let count = spec.shape.elementCount, let decoder = Decoder(spec.encoding) else {
      return nil
    }
    let pieces = (count + pieceElements - 1) / pieceElements
    let next = Atomic<Int>(0)
    let state = Mutex<(parts: [Int: [ValueStatistics]], error: ConversionError?)>(([:], nil))
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, pieces))) { _ in
      var bytes: [UInt8] = []
      while state.withLock({ $0.error == nil }) {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard piece < pieces else { return }
        let first = piece * pieceElements
        let size = min(pieceElements, count - first)
        do throws(ConversionError) {
          let part = try decoder.read(spec, tensor, first, size, source, &bytes)
          state.withLock { $0.parts[piece] = part }
        } catch {
          state.withLock { if $0.error == nil { $0.error = error } }
        }
      }
    }
    return try state.withLock { state throws(ConversionError) in
      if let error = state.error { throw error }
      var sum = ValueStatistics()
      for piece in 0..<pieces { for part in state.parts[piece] ?? [] { sum.append(part) } }
      return TensorStatistics(sum)
    }
  }

  /// Reads a run of elements and counts it, chunk by chunk.
  private struct Decoder: Sendable {
    let block: (any BlockCodec.Type)?
    let scalar: ScalarType?

    init?(_ encoding: Encoding) {
      scalar = encoding.scalarType
      block = scalar == nil ? QuantType.named(encoding.name)?.codec : nil
      if let scalar {
        guard scalar.kind != .complex else { return nil }
      } else if block == nil {
        return nil
      }
    }

    func read(
      _ spec: TensorSpec, _ tensor: Int, _ first: Int, _ count: Int, _ source: SourceCheckpoint,
      _ bytes: inout [UInt8]
    ) throws(ConversionError) -> [ValueStatistics] {
      guard let start = spec.encoding.byteCount(elements: first),
        let size = spec.encoding.byteCount(elements: count)
      else {
        throw ConversionError(
          .internal, "a piece of \(count) elements does not fill blocks of \(spec.encoding)")
      }
      if bytes.count < size { bytes = [UInt8](repeating: 0, count: size) }
      var failure: CheckpointError?
      var result: [ValueStatistics] = []
      bytes.withUnsafeMutableBytes { buffer in
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])
        do throws(CheckpointError) {
          try source.reader.read(tensor: tensor, range: start..<start + size, into: room)
          result = chunks(UnsafeRawBufferPointer(room), count)
        } catch { failure = error }
      }
      if let failure {
        throw ConversionError(.below, wrapping: failure, at: Place(tensor: spec.name))
      }
      return result
    }

    /// One statistics for each chunk, so that their sum does not depend on the pieces.
    private func chunks(_ bytes: UnsafeRawBufferPointer, _ count: Int) -> [ValueStatistics] {
      if let scalar { return Self.chunks(bytes, scalar, count) }
      guard let block else { return [] }
      return withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { values in
        block.decode(bytes, into: values)
        return Self.chunks(UnsafeRawBufferPointer(values), .f32, count)
      }
    }

    private static func chunks(
      _ bytes: UnsafeRawBufferPointer, _ type: ScalarType, _ count: Int
    ) -> [ValueStatistics] {
      stride(from: 0, to: count, by: ValueStatistics.chunkElements).map { start in
        let size = min(ValueStatistics.chunkElements, count - start)
        let part = UnsafeRawBufferPointer(rebasing: bytes[(start / 8 * type.bits)...])
        var statistics = ValueStatistics()
        _ = statistics.append(part, of: type, count: size)
        return statistics
      }
    }
  }
}
