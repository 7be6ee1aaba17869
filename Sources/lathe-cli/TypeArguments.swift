import ArgumentParser
import Lathe

/// The options that say how tensors get their types.
struct TypeArguments: ParsableArguments {
  @Option(help: "A recipe by name or file, instead of --type.")
  var recipe: String?

  @Flag(help: "The recipe's base type for every tensor that can be quantized.")
  var pure = false

  @Option(help: "REGEX=TYPE: the type of tensors whose names match; the first match counts.")
  var tensorType: [String] = []

  @Option(help: "The type of the output tensor.")
  var outputTensorType: String?

  @Option(help: "The type of the token embedding.")
  var tokenEmbeddingType: String?

  @Flag(help: "Leave the output tensor as it is.")
  var leaveOutputTensor = false

  @Flag(help: "Refuse types that do not fit a tensor's shape instead of replacing them.")
  var strictTypes = false

  @Option(
    name: [.customLong("importance"), .customLong("statistics"), .customLong("imatrix")],
    help: "An importance file (GGUF or legacy .dat).")
  var importance: String?

  @Option(help: "Use only importance entries whose names contain this.")
  var includeWeights: [String] = []

  @Option(help: "Do not use importance entries whose names contain this.")
  var excludeWeights: [String] = []

  @Option(help: "Layers to leave out, such as 3,4,5.")
  var pruneLayers: String?

  @Option(help: "KEY=int|float|bool|str:VALUE: sets a key of the result's header.")
  var overrideKv: [String] = []

  @Flag(help: "Split the result as the source is split; -o is a folder then.")
  var keepSplit = false

  /// Whether these say the types of all tensors, without --type.
  var choosesTypes: Bool { recipe != nil }

  /// Writes the options into a request.
  func apply(to request: inout ConversionRequest) throws {
    request.types.recipe = recipe
    request.types.isPure = pure
    request.types.tensorTypes = tensorType
    request.types.outputTensorType = outputTensorType
    request.types.tokenEmbeddingType = tokenEmbeddingType
    request.types.leavesOutputTensor = leaveOutputTensor
    request.types.isStrict = strictTypes
    request.types.importanceFile = importance
    request.types.includeWeights = includeWeights
    request.types.excludeWeights = excludeWeights
    request.overriddenKeys = overrideKv
    request.keepsSplit = keepSplit
    guard let pruneLayers else { return }
    for part in pruneLayers.split(separator: ",", omittingEmptySubsequences: false) {
      guard let layer = Int(part), layer >= 0 else {
        throw ValidationError("--prune-layers '\(pruneLayers)' is no list of layers such as 3,4,5")
      }
      request.prunedLayers.insert(layer)
    }
  }
}
