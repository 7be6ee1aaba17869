public import Checkpoints
internal import Failures
internal import Tensors

/// The importance file of a plan, checked against the output's tensors.
public struct PlannedImportance: Sendable {
  /// Path as the user gave it.
  public let path: String
  /// The entries that may be used, under the output's names.
  public let file: ImportanceFile
  /// Entries of the file that the request's filters leave, those of left-out layers included.
  public let entryCount: Int
  /// What the user should know.
  public let warnings: [String]

  /// Most problems that a message lists.
  private static let shortList = 8

  /// Opens and checks the request's file.
  ///
  /// - Throws: `.below` for a file that cannot be read, `.importance` for one that does not fit the
  ///   model.
  init?(
    _ request: ConversionRequest, _ items: [TensorMapping.Item], _ pruning: LayerPruning?
  ) throws(ConversionError) {
    guard let path = request.types.importanceFile else {
      guard request.types.includeWeights.isEmpty, request.types.excludeWeights.isEmpty else {
        throw ConversionError(
          .options, "--include-weights and --exclude-weights need --importance")
      }
      return nil
    }
    self.path = path
    var problems: [ImportanceProblem] = []
    var entryCount = 0
    file = try passing(at: Place(file: path)) { () throws(CheckpointError) in
      var file = try ImportanceFile.open(path).filtered(
        include: request.types.includeWeights, exclude: request.types.excludeWeights)
      entryCount = file.entries.count
      if let pruning { file = try file.renamed(pruning.renamed) }
      problems = try file.check(against: items.lazy.map { ($0.name, $0.shape) })
      return file
    }
    self.entryCount = entryCount
    let errors = problems.filter { $0.severity == .error }
    guard errors.isEmpty else {
      throw ConversionError(
        .importance,
        "the importance file does not fit the model: "
          + errors.prefix(Self.shortList).map(\.description).joined(separator: "; ")
          + (errors.count > Self.shortList ? "; and \(errors.count - Self.shortList) more" : ""),
        at: Place(file: path))
    }
    var warnings = file.warnings
    let odd = problems.filter { $0.severity == .warning }
    if !odd.isEmpty {
      warnings.append(
        "importance: " + odd.prefix(Self.shortList).map(\.description).joined(separator: "; ")
          + (odd.count > Self.shortList ? "; and \(odd.count - Self.shortList) more" : ""))
    }
    self.warnings = warnings
  }
}
