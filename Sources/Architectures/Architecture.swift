public import OrderedCollections
public import Tensors

/// A family of models, as its `.arch` file describes it.
///
/// Names, hyper-parameters, layouts and forward graphs stand with open conditions; `instantiate`
/// closes them for one checkpoint.
public struct Architecture: Sendable {
  /// Name of the description.
  public let name: String
  /// Level of the language it needs.
  public let level: Int
  /// Classes of Transformers, the first one standing for a GGUF's.
  public let classes: [String]
  /// `model_type` of config.json, by class.
  public let modelTypes: [String: String]
  /// `general.architecture` of its GGUF files; empty where GGUF has no such architecture.
  public let gguf: String
  /// The prefix of described names and what may stand in its place; empty if there is none.
  public let prefixes: [String]
  /// Classes whose checkpoints are written with the last prefix instead of the first.
  public let unprefixedClasses: [String]
  /// Spellings of name parts that are read: old, new.
  public let aliases: [Alias]
  /// Kinds of tokenizer in order of preference.
  public let tokenizers: [String]
  /// Whether the vocabulary has the added tokens that tokenizer.json lists as added ones even where
  /// tokenizer.model has them as its own: the kind `listed`.
  public var takesListedTokens: Bool { tokenizers.contains("listed") }
  /// Hyper-parameters in the order of their GGUF keys.
  public let parameters: OrderedDictionary<String, Parameter>
  /// Paths of config.json that may stand under others: each list's first is the described one.
  public let pathAliases: [[String]]
  /// Spellings of choice words in config.json: the first one is written.
  public let words: [String: [String]]
  /// Repeated groups of tensors.
  public let groups: [TensorGroup]
  /// Tensors in the order in which files are written.
  public let rows: [TensorRow]
  /// Layouts of each dialect.
  public let layouts: [Dialect: [LayoutLine]]
  /// Tensors that are not needed.
  public let omissions: [Omission]
  /// Paths of config.json that say nothing about the function computed.
  public let ignored: [String]
  /// What does not hold everywhere.
  public let limits: [Limit]
  /// Forward graphs by name; one graph has the empty name.
  public let graphs: OrderedDictionary<String, GraphTemplate>
  /// The text of the file and of its parts, by which a description is identified.
  public let source: String
  /// The file's name, as messages print it.
  public let file: String

  let checks: CheckMaterial

  /// A part of a name that is read as another.
  public struct Alias: Hashable, Sendable {
    /// The path as checkpoints have it.
    public let old: String
    /// What it means.
    public let new: String
  }

  /// The dialects whose names the language's two columns hold.
  public static let dialects: [Dialect] = [.huggingface, .gguf]

  /// The first class of a `model_type`, nil if the description has none.
  func firstClass(of modelType: String) -> String? {
    classes.first { modelTypes[$0] == modelType }
  }

  /// `model_type` of a class, nil where the description says nothing.
  public func modelType(of className: String) -> String? { modelTypes[className] }

  /// The row of that name, `group.name` where it is needed, `.bias` for its bias.
  func resolve(_ reference: String, within group: Int? = nil) -> Resolved {
    if let found = resolveRow(reference, within: group) { return found }
    if reference.hasSuffix(".bias") {
      let base = String(reference.dropLast(5))
      switch resolveRow(base, within: group) {
      case .row(let index, _):
        return rows[index].bias == nil ? .unknown : .row(index, .bias)
      case let other?: return other
      case nil: break
      }
    }
    return .unknown
  }

  /// What a tensor's name stands for.
  enum Resolved {
    case row(Int, TensorMember)
    case ambiguous
    case unknown
  }

  private func resolveRow(_ name: String, within group: Int?) -> Resolved? {
    guard let list = checks.rowsByName[name] else {
      if let index = checks.rowsByPath[name] { return .row(index, .weight) }
      return nil
    }
    if let group, let index = list.first(where: { rows[$0].group == group }) {
      return .row(index, .weight)
    }
    if list.count == 1 { return .row(list[0], .weight) }
    if let index = list.first(where: { rows[$0].group == nil }) { return .row(index, .weight) }
    return .ambiguous
  }
}

/// What the checks need beside the description itself.
struct CheckMaterial: Sendable {
  /// Rows by bare name.
  let rowsByName: [String: [Int]]
  /// Rows by `group.name`, and by `group.N.name` without the number.
  let rowsByPath: [String: Int]
  /// Every word that a choice has.
  let choiceWords: Set<String>
  /// Mentions of each statement, by where it stands.
  let mentions: [SourceLocation: [Mention]]
  /// Hyper-parameters whose row came from a part.
  let fromParts: Set<String>
}
