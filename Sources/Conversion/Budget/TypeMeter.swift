internal import Checkpoints
internal import Failures
internal import Tensors

/// Measures what types do to rows, on one thread with buffers of its own.
final class TypeMeter {
  /// What a chunk of rows came to.
  struct Result {
    var energy = ErrorTable.Sums()
    /// By the place of the type among those asked for.
    var errors: [ErrorTable.Sums]
    /// Why a type cannot hold a row, by its place.
    var refused: [Int: String] = [:]
  }

  private let rows: TileRunner
  private let importance: TileImportance?
  private let coded = TileBuffers()
  private let f32 = Encoding(.f32)

  init(source: SourceCheckpoint, importance: PlannedImportance?) {
    rows = TileRunner(source: source, files: [], importance: nil, saturate: false)
    self.importance = importance.map { TileImportance(file: $0.file) }
  }

  /// Measures runs of elements; `work` brings them to f32.
  func measure(
    _ work: TensorWork, _ runs: [Range<Int>], as types: [Encoding]
  ) throws(ConversionError) -> Result {
    var result = Result(errors: types.map { _ in ErrorTable.Sums() })
    for run in runs {
      var unused = TileRunner.Result(byteCount: 0)
      let values = try rows.make(work, run, &unused)
      let weights = try importance?.values(for: work.tensor, run)
      let input = TileInput(
        tensor: work.tensor.name, encoding: f32, firstElement: run.lowerBound,
        elementCount: run.count, columns: work.tensor.shape.columns,
        matrixRows: work.tensor.shape.matrixRows, parts: [UnsafeRawBufferPointer(values)],
        importance: weights, saturate: false)
      add(to: &result.energy, input, nil)
      for (place, type) in types.enumerated() where result.refused[place] == nil && type != f32 {
        do throws(ConversionError) {
          add(to: &result.errors[place], input, try decoded(input, type))
        } catch {
          guard error.code == .value else { throw error }
          result.refused[place] = error.message
        }
      }
    }
    return result
  }

  /// What a type makes of the input.
  ///
  /// - Throws: `.value` if it cannot hold it.
  private func decoded(
    _ input: TileInput, _ type: Encoding
  ) throws(ConversionError) -> UnsafeRawBufferPointer {
    guard let count = type.byteCount(elements: input.elementCount) else {
      throw ConversionError(.internal, "rows that do not fill blocks of \(type)")
    }
    let isBlocks = type.scalarType == nil
    let bytes = coded.buffer(0, byteCount: count)
    let floats = coded.buffer(1, byteCount: 4 * input.elementCount)
    var there = TileOutput(encoding: type, parts: [bytes])
    let encoder: any Stage = isBlocks ? EncodeBlocks() : CastScalars()
    try encoder.run(input, into: &there)
    let back = TileInput(
      tensor: input.tensor, encoding: type, firstElement: input.firstElement,
      elementCount: input.elementCount, columns: input.columns, matrixRows: input.matrixRows,
      parts: [UnsafeRawBufferPointer(bytes)], importance: nil, saturate: false)
    var here = TileOutput(encoding: f32, parts: [floats])
    let decoder: any Stage = isBlocks ? DecodeBlocks() : CastScalars()
    try decoder.run(back, into: &here)
    return UnsafeRawBufferPointer(floats)
  }

  /// Adds the squares of the differences to `other`, of the values themselves if that is nil.
  private func add(
    to sums: inout ErrorTable.Sums, _ input: TileInput, _ other: UnsafeRawBufferPointer?
  ) {
    guard let values = input.parts.first?.assumingMemoryBound(to: Float.self) else { return }
    let others = other?.assumingMemoryBound(to: Float.self)
    let columns = max(1, input.columns)
    let firstRow = input.firstElement / columns
    let firstMatrix = firstRow / input.matrixRows
    for row in 0..<input.elementCount / columns {
      let matrix = (firstRow + row) / input.matrixRows - firstMatrix
      let start = row * columns
      input.withImportance(ofMatrix: matrix) { weights in
        var plain = 0.0
        var weighted = 0.0
        for column in 0..<columns {
          let q = others.map { Double($0[start + column]) } ?? 0
          let difference = Double(values[start + column]) - q
          let square = difference * difference
          plain += square
          weighted += Double(weights.map { $0[column] } ?? 1) * square
        }
        sums.plain += plain
        sums.weighted += weighted
      }
    }
  }
}
