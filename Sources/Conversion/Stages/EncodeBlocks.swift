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

  /// Encodes a tile.
  ///
  /// - Throws: `.value` naming the first element that the type cannot hold.
  public func run(_ input: TileInput, into output: inout TileOutput) throws(ConversionError) {
    guard let codec = QuantType.named(output.encoding.name)?.codec, let source = input.parts.first,
      let target = output.parts.first, let type = input.encoding.scalarType
    else { throw ConversionError(.internal, "encode to \(output.encoding)") }
    let outcome = codec.encode(
      source, of: type, elementCount: input.elementCount, columns: input.columns, importance: nil,
      into: target)
    output.underflows += outcome.underflows
    guard let index = outcome.firstUnrepresentable else { return }
    throw input.unrepresentable(
      index, value: CastScalars.value(index, source, type), in: output.encoding)
  }

  private static let sources: [ScalarType] = [.f32, .bf16, .f16]
}
