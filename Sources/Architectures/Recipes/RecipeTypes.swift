internal import Quantization
internal import Tensors

/// The types that recipes give to tensors.
enum RecipeTypes {
  /// What every ggml file may hold: the floats and all block types but those of intermediate results.
  static let all: [Encoding] =
    [ScalarType.f32, .f16, .bf16].map { Encoding($0) }
    + QuantType.all.filter { !intermediate.contains($0) }.map(\.encoding)

  /// Types in which ggml keeps activations during a product; no reader expects weights in them.
  private static let intermediate: [QuantType] = [.q8_1, .q8_K]

  /// The type of that name, in any case of letters.
  static func named(_ name: String) -> Encoding? { byName[name.lowercased()] }
  static let names = all.map(\.name)

  private static let byName = Dictionary(
    all.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
}
