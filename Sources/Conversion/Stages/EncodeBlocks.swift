public import Failures
internal import Quantization
public import Tensors

/// Encodes f32, bf16 and f16 as block types.
public struct EncodeBlocks: Stage {
  /// The stage.
  public init() {}
  /// `encode`.
  public let id = "encode"
  /// Whole rows: weights of importance belong to columns.
  public let granularity = Granularity.rows(multipleOf: 1)

  /// From the types that codecs widen exactly to every block type whose blocks fill the rows.
  public func edges(from source: Encoding, of shape: Shape) -> [Edge] {
    guard let type = source.scalarType, Self.sources.contains(type) else { return [] }
    return QuantType.all.compactMap { type in
      guard type.isEncoded, shape.columns % type.blockElements == 0 else { return nil }
      return Edge(target: type.encoding, isExact: false)
    }
  }

  /// Importance, where the type's encoder makes something of it.
  public func companions(for target: Encoding) -> [Companion] {
    switch QuantType.named(target.name)?.codec?.importance {
    case .used: [.importance(isNeeded: false)]
    case .needed: [.importance(isNeeded: true)]
    case .ignored, nil: []
    }
  }

  /// Encodes a tile, matrix by matrix.
  ///
  /// - Throws: `.value` naming the first element that the type cannot hold.
  public func run(_ input: TileInput, into output: inout TileOutput) throws(ConversionError) {
    guard let codec = QuantType.named(output.encoding.name)?.codec, let source = input.parts.first,
      let target = output.parts.first, let type = input.encoding.scalarType
    else { throw ConversionError(.internal, "encode to \(output.encoding)") }
    for part in matrices(of: input) {
      let outcome = input.withImportance(ofMatrix: part.matrix) { importance in
        codec.encode(
          UnsafeRawBufferPointer(
            rebasing: source[bytes(input.encoding, part.elements.lowerBound)...]),
          of: type, elementCount: part.elements.count, columns: input.columns,
          importance: importance,
          into: UnsafeMutableRawBufferPointer(
            rebasing: target[bytes(output.encoding, part.elements.lowerBound)...]))
      }
      output.underflows += outcome.underflows
      guard let index = outcome.firstUnrepresentable else { continue }
      let element = part.elements.lowerBound + index
      throw input.unrepresentable(
        element, value: CastScalars.value(element, source, type), in: output.encoding,
        clamps: false)
    }
  }

  /// The elements of each matrix of a stack that a tile touches; without importance all matrices
  /// are alike.
  private func matrices(of input: TileInput) -> [(matrix: Int, elements: Range<Int>)] {
    guard input.importance != nil, input.columns > 0, input.matrixRows < Int.max else {
      return [(0, 0..<input.elementCount)]
    }
    let firstRow = input.firstElement / input.columns
    let rows = firstRow..<firstRow + input.elementCount / input.columns
    return
      (rows.lowerBound / input.matrixRows...max(rows.lowerBound, rows.upperBound - 1)
      / input.matrixRows).map { matrix in
        let own = (matrix * input.matrixRows..<(matrix + 1) * input.matrixRows).clamped(to: rows)
        let first = (own.lowerBound - firstRow) * input.columns
        return (matrix - firstRow / input.matrixRows, first..<first + own.count * input.columns)
      }
  }

  private func bytes(_ encoding: Encoding, _ elements: Int) -> Int {
    elements / encoding.blockElements * encoding.blockBits / 8
  }

  private static let sources: [ScalarType] = [.f32, .bf16, .f16]
}
