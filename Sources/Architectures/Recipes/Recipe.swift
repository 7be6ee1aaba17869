public import Tensors

/// Ordered rules that give every tensor of a model its type.
///
/// Categories group tensors by name. Every rule that fits a tensor sets its type; the last one
/// stands. What `keep` lists stays as it is whatever is asked for. A type whose blocks do not
/// divide a tensor's rows is replaced by what `fallback` names.
public struct Recipe: Sendable {
  /// Name, in lower case: `q4_k_m`.
  public let name: String
  /// Other names.
  public let aliases: [String]
  /// `general.file_type` of the GGUF files that it makes; nil if the base type has none.
  public let fileType: Int?
  /// The type of tensors that no rule speaks of, and of all with `--pure`.
  public let base: Encoding
  /// The file's name, as messages print it.
  public let file: String

  /// Where the base type stands.
  let basePlace: SourceLocation
  let categories: [Category]
  let kept: [Kept]
  let fallbacks: [Encoding: Encoding]
  let needs: [Need]
  let rules: [Rule]
  let tensors: [ExactName: Rule.Outcome]

  /// A group of tensors, known by their names.
  struct Category: Sendable {
    let name: String
    let patterns: [NameGlob]
  }

  /// Tensors that are never quantized.
  struct Kept: Sendable {
    let pattern: NameGlob?
    /// The pattern stands for the names that do not match.
    let isNegated: Bool
    let condition: RecipeCondition?
    let location: SourceLocation
  }

  /// Types that need importance.
  struct Need: Sendable {
    let types: [Encoding]
    let condition: RecipeCondition?
  }

  /// A line of `rules`.
  struct Rule: Sendable {
    enum Target: Sendable {
      case any, other
      case category(Int)
      case pattern(NameGlob)
    }
    /// What a tensor gets where the condition holds.
    struct Branch: Sendable {
      let choice: RecipeChoice
      let condition: RecipeCondition?
    }
    /// What a tensor of that very name gets.
    struct Outcome: Sendable {
      let choice: RecipeChoice
      let location: SourceLocation
    }
    let target: Target
    /// The first one whose condition holds is taken; the rule has no effect if none holds.
    let branches: [Branch]
    let location: SourceLocation
  }

  /// The category of output tensors; rules take a tied token embedding for one.
  static let outputCategory = "output"
  /// The category of token embeddings.
  static let embeddingCategory = "token_embd"
}
