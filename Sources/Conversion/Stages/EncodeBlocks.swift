public import Failures
internal import Quantization
public import Tensors

/// Encodes f32 as block types.
public struct EncodeBlocks: Stage {
  /// The stage.
  public init() {}
  /// `encode`.
  public let id = "encode"
  /// Whole blocks; rows are whole multiples of blocks.
  public let granularity = Granularity.elements(multipleOf: 1)

  /// From f32 to every block type with a codec whose blocks fill the rows.
  public func edges(from source: Encoding, of shape: Shape) -> [Edge] {
    guard source == Encoding(.f32) else { return [] }
    return QuantType.all.compactMap { type in
      guard type.codec != nil, shape.columns % type.blockElements == 0 else { return nil }
      return Edge(target: type.encoding, isExact: false)
    }
  }

  /// Encodes a tile.
  ///
  /// - Throws: `.value` naming the first element that the type cannot hold.
  public func run(_ input: TileInput, into output: inout TileOutput) throws(ConversionError) {
    guard let codec = QuantType.named(output.encoding.name)?.codec, let source = input.parts.first,
      let target = output.parts.first
    else { throw ConversionError(.internal, "encode to \(output.encoding)") }
    let values = source.bindMemory(to: Float.self)
    if let index = codec.encode(values, columns: input.columns, importance: nil, into: target) {
      throw input.unrepresentable(index, value: values[index], in: output.encoding)
    }
  }
}
