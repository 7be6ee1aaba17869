internal import Tensors

/// What has been read of a recipe and its parts.
struct RecipeDraft {
  /// The head's values; those of included recipes stand until the file's own replace them.
  struct Head {
    var base: (type: Encoding, location: SourceLocation)?
    var fileType: Int?
  }

  var name = ""
  var aliases: [String] = []
  var own = Head()
  var inherited = Head()
  var categories: [Recipe.Category] = []
  var numbers: [String: Int] = ["other": 0]
  var kept: [Recipe.Kept] = []
  var fallbacks: [Encoding: Encoding] = [:]
  var fileTypes: [Encoding: Int] = [:]
  var needs: [Recipe.Need] = []
  var rules: [Recipe.Rule] = []
  var tensors: [ExactName: Recipe.Rule.Outcome] = [:]
  var problems: [ArchitectureError] = []
  /// Files that have been read: their rules join again, the rest does not.
  var included: Set<String> = []
  var includeCount = 0
  /// A cap is exceeded: reading on would only repeat that.
  var isFull = false
}
