public import Failures
internal import Quantization
public import Tensors

/// Decodes block types to f32, exactly.
public struct DecodeBlocks: Stage {
  /// The stage.
  public init() {}
  /// `decode`.
  public let id = "decode"
  /// Whole blocks.
  public let granularity = Granularity.elements(multipleOf: 1)

  /// From every block type with a codec to f32.
  public func edges(from source: Encoding, of shape: Shape) -> [Edge] {
    guard QuantType.named(source.name)?.codec != nil else { return [] }
    return [Edge(target: Encoding(.f32), isExact: true)]
  }

  /// Decodes a tile.
  public func run(_ input: TileInput, into output: inout TileOutput) throws(ConversionError) {
    guard let codec = QuantType.named(input.encoding.name)?.codec, let source = input.parts.first,
      let target = output.parts.first
    else { throw ConversionError(.internal, "decode of \(input.encoding)") }
    codec.decode(source, into: target.bindMemory(to: Float.self))
  }
}
