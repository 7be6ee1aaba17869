/// The whole numbers that conditions of recipes may name: a closed set.
enum RecipeNumber: String, CaseIterable, Sendable {
  /// Position among the tensors of the same category, in order of layer and name, from 0.
  case i
  /// Tensors of the same category.
  case count
  /// The number in `blk.NUMBER.`, or `i` where the name has none.
  case layer
  /// `layer` in models with several experts, else `i`.
  case depth
  /// Layers of the model.
  case layers
  /// Attention heads.
  case heads
  /// Heads of keys and values.
  case kvHeads = "kv_heads"
  /// `heads / kv_heads`, 0 without either.
  case gqa
  /// Experts of a layer, 0 if there are none.
  case experts
  /// Product of all axes but the last.
  case rows
  /// Length of the last axis.
  case columns
  /// Length of the third axis from the end, 1 if there is none: several in stacked experts.
  case matrices
  /// Axes, outer ones of length 1 not counted.
  case rank
}

/// The truths that conditions of recipes may name: a closed set.
enum RecipeTruth: String, CaseIterable, Sendable {
  /// There is an importance file.
  case importance
  /// There is no output tensor, so that the token embedding stands in for it.
  case tied
  /// Rows divide into whole blocks of the type so far.
  case fits
}

/// The words that conditions of recipes compare: a closed set.
enum RecipeWord: String, CaseIterable, Sendable {
  /// The type that earlier rules gave, at first the base type.
  case type
  /// The tensor's category, or `other`.
  case category
  /// `general.architecture`.
  case architecture
}

/// What conditions look at: the facts of a model and of one tensor.
struct RecipeContext {
  var architecture: String?
  var layers = 0
  var heads = 0
  var kvHeads = 0
  var experts = 0
  var hasImportance = false
  var isTied = false

  var category = 0
  var i = 0
  var count = 0
  var layer: Int?
  var rows = 0
  var columns = 0
  var matrices = 1
  var rank = 0
  var choice = RecipeChoice.keep

  func number(_ number: RecipeNumber) -> Int {
    switch number {
    case .i: i
    case .count: count
    case .layer: layer ?? i
    case .depth: experts > 1 ? layer ?? i : i
    case .layers: layers
    case .heads: heads
    case .kvHeads: kvHeads
    case .gqa: kvHeads > 0 ? heads / kvHeads : 0
    case .experts: experts
    case .rows: rows
    case .columns: columns
    case .matrices: matrices
    case .rank: rank
    }
  }

  func truth(_ truth: RecipeTruth) -> Bool {
    switch truth {
    case .importance: hasImportance
    case .tied: isTied
    case .fits: choice.encoding.map { columns % $0.blockElements == 0 } ?? true
    }
  }
}
