internal import Documents
internal import Failures

extension TokenizerJSON {
  /// The type of the model, judged by its parts if it is not stated, as in old files.
  var modelType: String {
    if let type = model["type"]?.string { return type }
    if !scores.isEmpty { return "Unigram" }
    if model["continuing_subword_prefix"]?.string != nil, mergeParts.isEmpty { return "WordPiece" }
    return "BPE"
  }

  /// The model as a value.
  func definedModel() throws(TokenizerError) -> TokenizerDefinition.Model {
    let part = ComponentJSON(value: model, path: "model")
    let type = modelType
    guard (type == "Unigram") == (scores.count == ids.count) else {
      throw part.failure(
        type == "Unigram"
          ? "a Unigram model's 'vocab' is a list of texts and scores, this one an object"
          : "'vocab' is an object of texts and ids, this one a list")
    }
    switch type {
    case "BPE": return .bpe(try bpe(part))
    case "Unigram":
      var unigram = TokenizerDefinition.Unigram(tokens: texts, scores: scores, unknownID: nil)
      if let found = model["unk_id"], !found.isNull {
        let id = try part.count("unk_id")
        guard id < texts.count else {
          throw part.failure("'unk_id' is \(id), but there are only \(texts.count) tokens")
        }
        unigram.unknownID = id
      }
      unigram.fallsBackToBytes = try part.bool("byte_fallback", default: false)
      return .unigram(unigram)
    case "WordPiece":
      var wordPiece = TokenizerDefinition.WordPiece(vocabulary: try vocabulary())
      wordPiece.unknownToken = try part.string("unk_token", default: "[UNK]")
      wordPiece.continuingPrefix = try part.string("continuing_subword_prefix", default: "##")
      wordPiece.longestWord = try part.count("max_input_chars_per_word", default: 100)
      return .wordPiece(wordPiece)
    case "WordLevel":
      return .wordLevel(
        .init(
          vocabulary: try vocabulary(),
          unknownToken: try part.string("unk_token", default: "<unk>")))
    default:
      throw part.unknown(type, among: ["BPE", "Unigram", "WordPiece", "WordLevel"])
    }
  }

  private func bpe(_ part: ComponentJSON) throws(TokenizerError) -> TokenizerDefinition.BPE {
    guard mergeParts.count.isMultiple(of: 2) else {
      throw TokenizerError(.merge, "a merge lacks its second part", at: Self.place)
    }
    let vocabulary = try vocabulary()
    var bpe = TokenizerDefinition.BPE(
      vocabulary: vocabulary, merges: try mergeList(vocabulary))
    if let dropout = model["dropout"], !dropout.isNull {
      guard case .number(let number) = dropout else {
        throw part.failure("'dropout' should be a number or null, found \(dropout.kind.phrase)")
      }
      bpe.dropout = number.text
    }
    bpe.unknownToken = try part.optionalString("unk_token")
    bpe.continuingPrefix = try part.optionalString("continuing_subword_prefix")
    bpe.endSuffix = try part.optionalString("end_of_word_suffix")
    bpe.fusesUnknown = try part.bool("fuse_unk", default: false)
    bpe.fallsBackToBytes = try part.bool("byte_fallback", default: false)
    bpe.ignoresMerges = try part.bool("ignore_merges", default: false)
    return bpe
  }

  /// The tokens with their ids.
  private func vocabulary() throws(TokenizerError) -> TokenVocabulary {
    var small: [Int32] = []
    small.reserveCapacity(ids.count)
    for (place, id) in ids.enumerated() {
      guard let number = Int32(exactly: id) else {
        throw TokenizerError(
          .id, "the token \(texts[place].quoted) has the id \(id); expected 0 to \(Int32.max)",
          at: Self.place)
      }
      small.append(number)
    }
    do { return try TokenVocabulary(texts, ids: small) } catch { throw error.within(Self.place) }
  }
}
