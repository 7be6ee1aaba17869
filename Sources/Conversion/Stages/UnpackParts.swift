public import Failures
internal import Quantization
public import Tensors

/// Takes one part of a packing out of whole blocks, exactly: the bits are those of the block.
public struct UnpackParts: Stage {
  /// The stage.
  public init() {}
  /// `unpack`.
  public let id = "unpack"
  /// Whole blocks.
  public let granularity = Granularity.elements(multipleOf: 1)

  /// From every encoding that has a packing to each of its parts.
  public func edges(from source: Encoding, of shape: Shape) -> [Edge] {
    guard let packing = Packings.of(source) else { return [] }
    return packing.parts.map { Edge(target: $0.encoding, isExact: true) }
  }

  /// Takes the part of a tile.
  public func run(_ input: TileInput, into output: inout TileOutput) throws(ConversionError) {
    guard let (packing, part) = Packings.part(output.encoding), packing.encoding == input.encoding,
      let source = input.parts.first, let target = output.parts.first
    else { throw ConversionError(.internal, "unpack of \(input.encoding)") }
    packing.unpack(
      source, part: part, into: target, count: input.elementCount / input.encoding.blockElements)
  }
}
