internal import Documents
internal import Failures
public import OrderedCollections

extension TokenizerDefinition {
  /// What is put around the tokens of a text, or between those of two.
  public indirect enum PostProcessor: Hashable, Sendable {
    /// Special tokens by a template.
    case template(Template)
    /// BERT's: a token before and one behind.
    case bert(separator: Mark, first: Mark)
    /// RoBERTa's: the same, with settings that concern offsets.
    case roberta(separator: Mark, first: Mark, trimsOffsets: Bool, addsPrefixSpace: Bool)
    /// Offsets only.
    case byteLevel(ByteLevel)
    /// One after the other.
    case sequence([PostProcessor])
  }

  /// A token by text and id.
  public struct Mark: Hashable, Sendable {
    /// The text.
    public var text: String
    /// The id.
    public var id: Int32

    /// A token.
    public init(_ text: String, id: Int32) {
      self.text = text
      self.id = id
    }
  }

  /// Where special tokens go.
  public struct Template: Hashable, Sendable {
    /// A part of a template.
    public enum Piece: Hashable, Sendable {
      /// Special tokens by their name in the template.
      case special(String, typeID: Int)
      /// The tokens of the text, A, or of the second text, B.
      case sequence(String, typeID: Int)
    }
    /// What a name stands for.
    public struct Special: Hashable, Sendable {
      /// The ids.
      public var ids: [Int32]
      /// Their texts.
      public var tokens: [String]

      /// Tokens.
      public init(ids: [Int32], tokens: [String]) {
        self.ids = ids
        self.tokens = tokens
      }
    }
    /// The template of one text.
    public var single: [Piece]
    /// The template of two texts.
    public var pair: [Piece]
    /// The names.
    public var specials: OrderedDictionary<String, Special>

    /// A template.
    public init(
      single: [Piece], pair: [Piece], specials: OrderedDictionary<String, Special>
    ) {
      self.single = single
      self.pair = pair
      self.specials = specials
    }
  }
}

extension TokenizerDefinition.Mark {
  /// A list of a text and an id.
  init(_ part: ComponentJSON, _ key: String) throws(TokenizerError) {
    let list = try part.array(key)
    guard list.count == 2, let text = list[0].string, let number = list[1].int,
      let id = Int32(exactly: number)
    else { throw part.failure("'\(key)' should be a list of a text and an id") }
    self.init(text, id: id)
  }

  var json: JSONValue { [.string(text), .int(id)] }
}

extension TokenizerDefinition.Template {
  init(_ part: ComponentJSON) throws(TokenizerError) {
    var specials: OrderedDictionary<String, Special> = [:]
    for (name, value) in part.value["special_tokens"]?.object ?? [:] {
      let ids = value["ids"]?.array?.compactMap { $0.int.flatMap { Int32(exactly: $0) } }
      let tokens = value["tokens"]?.array?.compactMap(\.string)
      guard let ids, let tokens, ids.count == tokens.count,
        ids.count == value["ids"]?.array?.count
      else { throw part.failure("the special token \(name.quoted) needs lists 'ids' and 'tokens'") }
      specials[name] = Special(ids: ids, tokens: tokens)
    }
    self.init(
      single: try Self.pieces(part, "single", specials),
      pair: try Self.pieces(part, "pair", specials), specials: specials)
  }

  private static func pieces(
    _ part: ComponentJSON, _ key: String, _ specials: OrderedDictionary<String, Special>
  ) throws(TokenizerError) -> [Piece] {
    var result: [Piece] = []
    for value in try part.array(key) {
      if let special = value["SpecialToken"], let name = special["id"]?.string {
        guard specials[name] != nil else {
          throw part.failure(
            "'\(key)' names \(name.quoted), which 'special_tokens' lacks; it has "
              + specials.keys.joined(separator: ", "))
        }
        result.append(.special(name, typeID: special["type_id"]?.int ?? 0))
      } else if let sequence = value["Sequence"], let name = sequence["id"]?.string,
        name == "A" || name == "B"
      {
        result.append(.sequence(name, typeID: sequence["type_id"]?.int ?? 0))
      } else {
        throw part.failure("'\(key)' should hold SpecialToken with an id, Sequence A, Sequence B")
      }
    }
    return result
  }

  /// The library sorts the names.
  var json: JSONValue {
    var special: JSONValue = [:]
    let names = specials.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for name in names {
      guard let value = specials[name] else { continue }
      special[name] = [
        "id": .string(name), "ids": .array(value.ids.map { .int($0) }),
        "tokens": .strings(value.tokens),
      ]
    }
    return [
      "type": "TemplateProcessing", "single": .array(single.map(Self.json)),
      "pair": .array(pair.map(Self.json)), "special_tokens": special,
    ]
  }

  private static func json(_ piece: Piece) -> JSONValue {
    switch piece {
    case .special(let name, let type):
      ["SpecialToken": ["id": .string(name), "type_id": .int(type)]]
    case .sequence(let name, let type):
      ["Sequence": ["id": .string(name), "type_id": .int(type)]]
    }
  }
}

extension TokenizerDefinition.PostProcessor: TokenizerComponent {
  static let part = "post_processor"

  init(_ part: ComponentJSON) throws(TokenizerError) {
    switch try part.string("type") {
    case "TemplateProcessing": self = .template(try .init(part))
    case "BertProcessing":
      self = .bert(separator: try .init(part, "sep"), first: try .init(part, "cls"))
    case "RobertaProcessing":
      self = .roberta(
        separator: try .init(part, "sep"), first: try .init(part, "cls"),
        trimsOffsets: try part.bool("trim_offsets", default: true),
        addsPrefixSpace: try part.bool("add_prefix_space", default: true))
    case "ByteLevel": self = .byteLevel(try .init(part))
    case "Sequence": self = .sequence(try part.list("processors"))
    case let type:
      throw part.unknown(
        type,
        among: [
          "TemplateProcessing", "BertProcessing", "RobertaProcessing", "ByteLevel", "Sequence",
        ])
    }
  }

  var json: JSONValue {
    switch self {
    case .template(let template): template.json
    case .bert(let separator, let first):
      ["type": "BertProcessing", "sep": separator.json, "cls": first.json]
    case .roberta(let separator, let first, let trimsOffsets, let addsPrefixSpace):
      [
        "type": "RobertaProcessing", "sep": separator.json, "cls": first.json,
        "trim_offsets": .bool(trimsOffsets), "add_prefix_space": .bool(addsPrefixSpace),
      ]
    case .byteLevel(let settings): settings.json
    case .sequence(let list): ["type": "Sequence", "processors": .array(list.map(\.json))]
    }
  }
}
