internal import Documents
public import Failures

extension TokenizerDefinition {
  /// The tokenizer as a tokenizer.json, byte for byte as the `tokenizers` library writes it with
  /// indentation.
  ///
  /// - Throws: `.unsupported` for models that the file cannot hold exactly, and for a tokenizer that
  ///   splits as llama.cpp does.
  public func tokenizerJSON() throws(TokenizerError) -> [UInt8] {
    guard llamaCpp == nil else {
      throw TokenizerError(
        .unsupported,
        "tokenizer.json cannot say that text is split as llama.cpp does; only the original "
          + "tokenizer can be written")
    }
    var writer = JSONWriter(.pretty(indent: 2))
    writer.beginObject()
    writer.key("version")
    writer.string("1.0")
    writer.key("truncation")
    writer.value(truncation)
    writer.key("padding")
    writer.value(padding)
    writer.key("added_tokens")
    writer.beginArray()
    for token in addedTokens { writer.value(Self.json(token)) }
    writer.endArray()
    let parts: [(String, JSONValue?)] = [
      (Normalizer.part, normalizer?.json), (PreTokenizer.part, preTokenizer?.json),
      (PostProcessor.part, postProcessor?.json), (Decoder.part, decoder?.json),
    ]
    for (name, part) in parts {
      writer.key(name)
      writer.value(part ?? .null)
    }
    writer.key("model")
    writer.beginObject()
    try write(model, &writer)
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }

  private static func json(_ token: AddedToken) -> JSONValue {
    [
      "id": .int(token.id), "content": .string(token.content),
      "single_word": .bool(token.isSingleWord), "lstrip": .bool(token.stripsLeft),
      "rstrip": .bool(token.stripsRight), "normalized": .bool(token.isNormalized),
      "special": .bool(token.isSpecial),
    ]
  }

  private func write(_ model: Model, _ writer: inout JSONWriter) throws(TokenizerError) {
    func member(_ key: String, _ value: JSONValue) {
      writer.key(key)
      writer.value(value)
    }
    func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    switch model {
    case .bpe(let bpe):
      member("type", "BPE")
      member("dropout", bpe.dropout.flatMap { JSONNumber($0) }.map { .number($0) } ?? .null)
      member("unk_token", text(bpe.unknownToken))
      member("continuing_subword_prefix", text(bpe.continuingPrefix))
      member("end_of_word_suffix", text(bpe.endSuffix))
      member("fuse_unk", .bool(bpe.fusesUnknown))
      member("byte_fallback", .bool(bpe.fallsBackToBytes))
      member("ignore_merges", .bool(bpe.ignoresMerges))
      Self.write(bpe.vocabulary, &writer)
      Self.write(bpe.merges, bpe.vocabulary, &writer)
    case .unigram(let unigram):
      member("type", "Unigram")
      member("unk_id", unigram.unknownID.map { .int($0) } ?? .null)
      Self.write(unigram, &writer)
      member("byte_fallback", .bool(unigram.fallsBackToBytes))
    case .wordPiece(let wordPiece):
      member("type", "WordPiece")
      member("unk_token", .string(wordPiece.unknownToken))
      member("continuing_subword_prefix", .string(wordPiece.continuingPrefix))
      member("max_input_chars_per_word", .int(wordPiece.longestWord))
      Self.write(wordPiece.vocabulary, &writer)
    case .wordLevel(let wordLevel):
      member("type", "WordLevel")
      Self.write(wordLevel.vocabulary, &writer)
      member("unk_token", .string(wordLevel.unknownToken))
    case .sentencePieceBPE, .sentencePieceUnigram:
      throw Self.needsConversion("SentencePiece model")
    case .rankBPE: throw Self.needsConversion("tiktoken model")
    }
  }

  private static func needsConversion(_ what: String) -> TokenizerError {
    TokenizerError(
      .unsupported,
      "a \(what) has no place in tokenizer.json as it is; supported are BPE, Unigram, WordPiece and "
        + "WordLevel")
  }

  private static func write(_ vocabulary: TokenVocabulary, _ writer: inout JSONWriter) {
    writer.key("vocab")
    writer.beginObject()
    for place in vocabulary.tokens.indices {
      writer.key(vocabulary.tokens[place])
      writer.int(vocabulary.id(at: place))
    }
    writer.endObject()
  }

  private static func write(
    _ merges: MergeList, _ vocabulary: TokenVocabulary, _ writer: inout JSONWriter
  ) {
    func text(_ id: Int32) -> String {
      vocabulary.place(of: id).map { vocabulary.tokens[$0] } ?? ""
    }
    writer.key("merges")
    writer.beginArray()
    for merge in 0..<merges.count {
      writer.beginArray()
      writer.string(text(merges.left[merge]))
      writer.string(text(merges.right[merge]))
      writer.endArray()
    }
    writer.endArray()
  }

  private static func write(_ unigram: Unigram, _ writer: inout JSONWriter) {
    writer.key("vocab")
    writer.beginArray()
    for (place, score) in unigram.scores.enumerated() where place < unigram.tokens.count {
      writer.beginArray()
      writer.string(unigram.tokens[place])
      if let number = JSONNumber(score.rustText) { writer.number(number) } else { writer.null() }
      writer.endArray()
    }
    writer.endArray()
  }
}

extension Double {
  /// The shortest digits that read back as the same value, in the form of Rust's serde_json:
  /// exponents from 10^16 and below 10^-5, with a sign: `1e+16`, `-1e-6`, `0.00001`.
  var rustText: String {
    guard isFinite else { return "null" }
    let (digits, point) = decimalDigits
    let text = String(decoding: digits, as: UTF8.self)
    let sign = self.sign == .minus ? "-" : ""
    if digits.isEmpty { return sign + "0.0" }
    if point > 16 || point < -4 {
      let fraction = digits.count > 1 ? ".\(text.dropFirst())" : ""
      let power = point - 1
      return "\(sign)\(text.prefix(1))\(fraction)e\(power < 0 ? "" : "+")\(power)"
    }
    if point <= 0 { return "\(sign)0.\(String(repeating: "0", count: -point))\(text)" }
    if point >= digits.count {
      return sign + text + String(repeating: "0", count: point - digits.count) + ".0"
    }
    return "\(sign)\(text.prefix(point)).\(text.dropFirst(point))"
  }

  /// The digits of the shortest text without zeros at the ends, and where the point stands.
  private var decimalDigits: (digits: [UInt8], point: Int) {
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    var rest = magnitude.description[...]
    if let mark = rest.firstIndex(of: "e") {
      exponent = Int(rest[rest.index(after: mark)...]) ?? 0
      rest = rest[..<mark]
    }
    for byte in rest.utf8 {
      if byte == UInt8(ascii: ".") { point = digits.count } else { digits.append(byte) }
    }
    var place = (point ?? digits.count) + exponent
    let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(zeros)
    place -= zeros
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return (digits, place)
  }
}
