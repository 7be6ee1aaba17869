internal import Documents
internal import Failures

extension HuggingFaceTokenizerFiles {
  /// vocab.txt and tokenizer.json of WordPiece.
  mutating func addWordPiece(_ vocabulary: Vocabulary, _ special: SpecialFiles) {
    var lines: [UInt8] = []
    for id in vocabulary.tokens.indices {
      lines += vocabulary.tokens.utf8(at: id)
      lines.append(0x0A)
    }
    files["vocab.txt"] = lines
    guard vocabulary.huggingFaceJSON == nil else { return }
    let facts = vocabulary.special
    var writer = TokenizerJSONWriter()
    writer.normalizer = [
      "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
      "strip_accents": facts.stripAccents.map { .bool($0) } ?? .null,
      "lowercase": .bool(facts.lowercase ?? true),
    ]
    writer.preTokenizer = ["type": "BertPreTokenizer"]
    writer.postProcessor = special.postProcessor { vocabulary.id(of: $0) }
    writer.decoder = ["type": "WordPiece", "prefix": "##", "cleanup": true]
    writer.model = [
      "type": "WordPiece", "unk_token": .string(special.text(.unk) ?? "[UNK]"),
      "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
    ]
    files[TokenizerJSON.name] = writer.bytes(vocabulary)
    notes.append(
      "tokenizer.json is rebuilt from the keys of the GGUF with BERT's usual settings: text is "
        + "cleaned, Chinese characters stand alone, a word has at most 100 characters")
    if facts.lowercase == nil {
      notes.append("the GGUF does not say whether text is lowercased: it is")
    }
  }
}
