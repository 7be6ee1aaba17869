import ArgumentParser
import Lathe

/// The options that say how tensors get their types.
struct TypeArguments: ParsableArguments {
  @Option(help: "A recipe by name or file, instead of --type.")
  var recipe: String?

  @Option(help: "Choose each tensor's type: the least error in files of this size, such as 4GB.")
  var targetSize: String?

  @Option(help: "Choose each tensor's type: the least error at that many bits per weight.")
  var targetBpw: Double?

  @Option(
    help: "Choose each tensor's type: the least size within this relative error, such as 0.05.")
  var maxError: Double?

  @Option(help: "Measured errors of a budget: read from this file if it is there, else written.")
  var errorTable: String?

  @Option(help: "Write the types that a budget chose as a recipe.")
  var saveRecipe: String?

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
  var choosesTypes: Bool { recipe != nil || choosesByBudget }

  private var choosesByBudget: Bool {
    targetSize != nil || targetBpw != nil || maxError != nil
  }

  /// The budget that was asked for.
  private func budget() throws -> BudgetOptions? {
    guard [targetSize != nil, targetBpw != nil, maxError != nil].count(where: { $0 }) <= 1 else {
      throw ValidationError("--target-size, --target-bpw and --max-error exclude each other")
    }
    var options: BudgetOptions?
    if let targetSize {
      options = .init(.size(try ByteSize.parse(targetSize, option: "--target-size")))
    }
    if let targetBpw {
      guard targetBpw > 0, targetBpw.isFinite else {
        throw ValidationError("--target-bpw takes a number above 0, found \(targetBpw)")
      }
      options = .init(.bitsPerWeight(targetBpw))
    }
    if let maxError {
      guard maxError >= 0, maxError.isFinite else {
        throw ValidationError("--max-error takes a number from 0 up, found \(maxError)")
      }
      options = .init(.relativeError(maxError))
    }
    options?.errorTable = errorTable
    options?.savedRecipe = saveRecipe
    guard options != nil || (errorTable == nil && saveRecipe == nil) else {
      throw ValidationError(
        "--error-table and --save-recipe belong to --target-size, --target-bpw or --max-error")
    }
    return options
  }

  /// Writes the options into a request.
  func apply(to request: inout ConversionRequest) throws {
    request.types.recipe = recipe
    request.types.budget = try budget()
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
