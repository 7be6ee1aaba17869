internal import Documents
public import Failures

/// What a file of ranks does not say, as a user may give it.
public struct RankOptions: Sendable {
  /// The expression that splits text, or the name of a known tokenizer that has it.
  public var pattern: String?
  /// Ids of the special tokens.
  public var specialTokens: [(text: String, id: Int32)]?

  /// Nothing is given.
  public init() {}
}

/// A format of ranks, which becomes a tokenizer.json.
public protocol RankTokenizerFormat: TokenizerFormat {
  /// Reads the ranks, with what belongs to them.
  func ranks(_ source: TokenizerSource) throws(TokenizerError) -> RankReading
}

/// A vocabulary of ranks and what became of it.
public struct RankReading: Sendable {
  /// The vocabulary.
  public var vocabulary: RankVocabulary
  /// Tokens by the part they play, where the tokenizer is known.
  var roles: [(role: SpecialRole, text: String)] = []
  /// Whether the model has learned texts that begin with its beginning of text.
  var addsBeginning = false
  /// How pattern and special tokens were found, in words for the user.
  public var notes: [String] = []

  init(_ vocabulary: RankVocabulary) { self.vocabulary = vocabulary }
}

extension RankTokenizerFormat {
  /// The folder with a tokenizer.json made of the ranks, and what there is to say of it.
  ///
  /// The file equals what Transformers' conversion writes. Where a tokenizer is known by name and
  /// tokenizer_config.json is missing, that is made too, with the ids that config.json states.
  public func tokenizerJSON(
    _ source: TokenizerSource
  ) throws(TokenizerError) -> (source: TokenizerSource, notes: [String]) {
    let reading = try ranks(source)
    var made = source
    made.set(TokenizerJSON.name, try reading.vocabulary.definition().tokenizerJSON())
    if source.bytes("tokenizer_config.json") == nil, !reading.roles.isEmpty {
      var config: JSONValue = [:]
      for (role, text) in reading.roles {
        // An instruction-tuned model may end its texts with another token than the base model.
        let stated = source.config?["\(role.name)_token_id"]
        let id = stated?.int ?? stated?[0]?.int
        let token = reading.vocabulary.special.first { Int($0.id) == id }
        config["\(role.name)_token"] = .string(token?.text ?? text)
      }
      config["tokenizer_class"] = "PreTrainedTokenizerFast"
      config["clean_up_tokenization_spaces"] = false
      made.set("tokenizer_config.json", config.bytes(.pretty(indent: 2)) + [0x0A])
    }
    made.addsBeginning = reading.addsBeginning
    return (made, reading.notes)
  }

  /// Reads the tokenizer, by way of tokenizer.json.
  public func read(_ source: TokenizerSource) throws(TokenizerError) -> Vocabulary {
    let (made, notes) = try tokenizerJSON(source)
    var vocabulary = try TokenizerJSONFormat().read(made)
    vocabulary.notes = notes + vocabulary.notes
    return vocabulary
  }

  /// Reads the tokenizer with tiktoken's own rule.
  public func define(_ source: TokenizerSource) throws(TokenizerError) -> TokenizerDefinition {
    try ranks(source).vocabulary.rankDefinition()
  }
}
