internal import Documents

/// Writes a tokenizer.json part by part; vocabulary and merges go straight into the text.
struct TokenizerJSONWriter {
  /// The parts beside the model's lists.
  var normalizer: JSONValue = .null
  var preTokenizer: JSONValue = .null
  var postProcessor: JSONValue = .null
  var decoder: JSONValue = .null
  /// What the model says before its lists.
  var model: JSONValue = [:]
  /// Left and right parts of the merges, alternating; nil for models without.
  var mergeParts: PackedStrings?
  /// Whether user-defined tokens are found in the normalised text; else in the raw text.
  var findsUserDefinedNormalized = false
  /// Tokens that the model alone finds, though their type is that of added ones.
  var leftToModel: Set<Int> = []

  /// The file of a vocabulary; ids without a token are left out.
  func bytes(_ vocabulary: Vocabulary) -> [UInt8] {
    var writer = JSONWriter(.compact)
    writer.beginObject()
    writer.key("version")
    writer.value("1.0")
    for key in ["truncation", "padding"] {
      writer.key(key)
      writer.value(.null)
    }
    writer.key("added_tokens")
    writer.beginArray()
    for id in vocabulary.tokens.indices
    where Self.isAdded(vocabulary.types[id]) && !leftToModel.contains(id) {
      let isUserDefined = vocabulary.types[id] == .userDefined
      writer.value([
        "id": .int(id), "content": .string(vocabulary.tokens[id]), "single_word": false,
        "lstrip": false, "rstrip": false,
        "normalized": .bool(isUserDefined && findsUserDefinedNormalized),
        "special": .bool(!isUserDefined),
      ])
    }
    writer.endArray()
    for (key, part) in [
      ("normalizer", normalizer), ("pre_tokenizer", preTokenizer),
      ("post_processor", postProcessor), ("decoder", decoder),
    ] {
      writer.key(key)
      writer.value(part)
    }
    writer.key("model")
    writer.beginObject()
    for (key, value) in model.object ?? [:] {
      writer.key(key)
      writer.value(value)
    }
    writer.key("vocab")
    writer.beginObject()
    for id in vocabulary.tokens.indices where vocabulary.types[id] != .unused {
      writer.key(vocabulary.tokens[id])
      writer.value(.int(id))
    }
    writer.endObject()
    if let mergeParts {
      writer.key("merges")
      writer.beginArray()
      for pair in stride(from: 0, to: mergeParts.count - 1, by: 2) {
        writer.value([.string(mergeParts[pair]), .string(mergeParts[pair + 1])])
      }
      writer.endArray()
    }
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }

  /// Whether tokens of a type are found in text before the model sees it.
  private static func isAdded(_ type: TokenType) -> Bool {
    type == .control || type == .userDefined || type == .unknown
  }
}
