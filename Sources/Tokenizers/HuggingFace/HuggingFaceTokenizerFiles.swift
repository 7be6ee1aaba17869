public import Documents
public import Failures
public import OrderedCollections

/// The files that hold a tokenizer in a Hugging Face folder, made of GGUF's keys.
public struct HuggingFaceTokenizerFiles: Sendable {
  /// The files by name, in the order in which they are to be written.
  public var files: OrderedDictionary<String, [UInt8]> = [:]
  /// What config.json has to say: ids of special tokens, `type_vocab_size`.
  public var configuration: OrderedDictionary<String, JSONValue> = [:]
  /// What was guessed, or cannot be told from the keys, in words for the user.
  public var notes: [String] = []

  /// Makes the files.
  ///
  /// `tokenizer.huggingface.json`, if it is there, becomes tokenizer.json as it is.
  ///
  /// - Throws: also `.preTokenizer` if the name of the pre-tokenizer is not in the table.
  public static func make(
    fromGGUF metadata: Metadata
  ) throws(TokenizerError) -> HuggingFaceTokenizerFiles {
    var vocabulary = try Vocabulary(fromGGUF: metadata)
    try vocabulary.assumeWhatGGUFLeavesOut()
    var result = HuggingFaceTokenizerFiles()
    result.notes = vocabulary.notes
    let special = SpecialFiles(vocabulary)
    switch vocabulary.kind {
    case .byteLevelBPE: try result.addByteLevel(vocabulary, special)
    case .sentencePieceBPE: result.addSentencePiece(vocabulary, special)
    case .unigram: result.addSentencePieceModel(vocabulary)
    case .wordPiece: result.addWordPiece(vocabulary, special)
    }
    if let json = vocabulary.huggingFaceJSON { result.files[TokenizerJSON.name] = json }
    var config = special.config(vocabulary)
    if let listed = result.listedTokens(vocabulary) { config["added_tokens_decoder"] = listed }
    result.files["tokenizer_config.json"] = lines(config)
    result.files["special_tokens_map.json"] = lines(special.map)
    for (role, id) in vocabulary.special.ids {
      result.configuration["\(role.name)_token_id"] = .int(id)
      if role == .eot || role == .eom {
        result.notes.append(
          "the \(role.name) token \(id) has no place in the tokenizer's files; config.json names it"
        )
      }
    }
    if let count = vocabulary.tokenTypeCount {
      result.configuration["type_vocab_size"] = .int(count)
    }
    return result
  }

  /// A small JSON file.
  private static func lines(_ value: JSONValue) -> [UInt8] {
    value.bytes(.pretty(indent: 2)) + [0x0A]
  }
}
