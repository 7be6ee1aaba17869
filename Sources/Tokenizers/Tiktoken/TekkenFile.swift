internal import Documents
internal import Failures

/// Reads tekken.json, Mistral's file of ranks.
///
/// Of the entries only the first `default_vocab_size - default_num_special_tokens` count. Special
/// tokens come first: the id of an ordinary token is its rank plus their number. Files that do not
/// name them mean the twenty of `builtIn`; all others are `<SPECIAL_n>`.
enum TekkenFile {
  /// The file's usual name.
  static let name = "tekken.json"
  /// The special tokens of files before version v7.
  static let builtIn = [
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]",
    "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]",
    "[TOOL_CONTENT]",
  ]

  /// What stands in the file.
  private struct Content {
    var config: JSONValue = .null
    var special: [JSONValue]?
    var ranks: [Int] = []
    /// Tokens in base64, in the file's order.
    var texts = PackedStrings()
  }

  /// Reads the bytes of a file.
  static func read(_ bytes: [UInt8], file: String = name) throws(TokenizerError) -> RankVocabulary {
    let content: Content
    do throws(DocumentError) {
      content = try parse(bytes)
    } catch {
      throw TokenizerError(
        error.code == .type ? .schema : error.code == .limit ? .limit : .syntax, wrapping: error,
        at: Place(file: file))
    }
    return try vocabulary(content, file: file)
  }

  private static func parse(_ bytes: [UInt8]) throws(DocumentError) -> Content {
    var content = Content()
    var reader = JSONReader(bytes)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "config": content.config = try reader.readValue()
      case "special_tokens":
        if try reader.peekKind() == .null {
          try reader.readNull()
        } else {
          content.special = try reader.readValue().array
        }
      case "vocab": try parseVocabulary(&reader, into: &content)
      default: try reader.skipValue()
      }
    }
    try reader.finish()
    return content
  }

  private static func parseVocabulary(
    _ reader: inout JSONReader, into content: inout Content
  ) throws(DocumentError) {
    try reader.beginArray()
    while try reader.nextElement() {
      var rank: Int?
      var hasBytes = false
      try reader.beginObject()
      while let key = try reader.nextKey() {
        switch key {
        case "rank": rank = try reader.readInt()
        case "token_bytes":
          try reader.readString(into: &content.texts)
          hasBytes = true
        default: try reader.skipValue()
        }
      }
      guard let rank, hasBytes else {
        throw reader.failure(.type, "an entry of 'vocab' lacks 'rank' or 'token_bytes'")
      }
      content.ranks.append(rank)
    }
  }

  private static func vocabulary(
    _ content: Content, file: String
  ) throws(TokenizerError) -> RankVocabulary {
    let place = Place(file: file)
    func count(_ key: String) throws(TokenizerError) -> Int {
      guard let value = content.config[key]?.int, (0...Vocabulary.maximumCount).contains(value)
      else {
        throw TokenizerError(
          .schema,
          "expected 'config.\(key)', a number within 0...\(Vocabulary.maximumCount); found "
            + (content.config[key]?.kind.phrase ?? "nothing"), at: place)
      }
      return value
    }
    guard let pattern = content.config["pattern"]?.string else {
      throw TokenizerError(.schema, "expected 'config.pattern', a text", at: place)
    }
    let total = try count("default_vocab_size")
    let specialCount = try count("default_num_special_tokens")
    let used = total - specialCount
    guard used > 0, used <= content.ranks.count else {
      throw TokenizerError(
        .schema,
        "the vocabulary of \(total) with \(specialCount) special tokens needs \(used) entries; the "
          + "file has \(content.ranks.count)", at: place)
    }
    return try RankVocabulary(
      ranks: try ranks(content, used: used, at: place),
      firstID: Int32(truncatingIfNeeded: specialCount), pattern: pattern,
      special: try special(content.special, count: specialCount, at: place), file: file)
  }

  private static func ranks(
    _ content: Content, used: Int, at place: Place
  ) throws(TokenizerError) -> RankList {
    var decoded: [UInt8] = []
    var places = [Range<Int>?](repeating: nil, count: used)
    for (index, rank) in content.ranks.enumerated() where rank < used {
      guard rank >= 0, places[rank] == nil else {
        throw TokenizerError(
          .duplicate,
          "the entry \(index) of 'vocab' has the rank \(rank), which is negative or "
            + "another's", at: place)
      }
      let start = decoded.count
      guard Base64.append(decoding: content.texts.utf8(at: index), to: &decoded) else {
        throw TokenizerError(
          .syntax,
          "'token_bytes' of the entry \(index) of 'vocab' is not base64: "
            + content.texts[index].quoted, at: place)
      }
      places[rank] = start..<decoded.count
    }
    var list = RankList()
    for (rank, place) in places.enumerated() {
      if place == nil { list.missing.append(rank) }
      decoded.withUnsafeBytes {
        list.tokens.append(utf8: UnsafeRawBufferPointer(rebasing: $0[place ?? 0..<0]))
      }
    }
    return list
  }

  private static func special(
    _ stated: [JSONValue]?, count: Int, at place: Place
  ) throws(TokenizerError) -> [(text: String, id: Int32)] {
    var texts = [String?](repeating: nil, count: count)
    if let stated {
      for entry in stated {
        guard let rank = entry["rank"]?.int, let text = entry["token_str"]?.string,
          texts.indices.contains(rank), texts[rank] == nil
        else {
          throw TokenizerError(
            .schema,
            "an entry of 'special_tokens' lacks a 'token_str' or a 'rank' of its own below \(count)",
            at: place)
        }
        texts[rank] = text
      }
    } else {
      guard count >= builtIn.count else {
        throw TokenizerError(
          .schema,
          "the file names no special tokens, so there are \(builtIn.count); it has room for \(count)",
          at: place)
      }
      for (rank, text) in builtIn.enumerated() { texts[rank] = text }
    }
    return texts.enumerated().map { rank, text in
      (text ?? "<SPECIAL_\(rank)>", Int32(truncatingIfNeeded: rank))
    }
  }
}
