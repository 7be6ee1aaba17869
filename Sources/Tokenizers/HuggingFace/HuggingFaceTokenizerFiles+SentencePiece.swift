internal import Documents
internal import Failures

extension HuggingFaceTokenizerFiles {
  /// tokenizer.model and tokenizer.json of SentencePiece's BPE.
  ///
  /// tokenizer.json has the layout that splits as SentencePiece does: the space is put before the
  /// text and written `▁` by the normalizer, and the whole text is one piece. User-defined pieces
  /// are found in normalised text, as SentencePiece finds them. Where a space is put before the
  /// text that is no way: the library would put it before the piece, too. There they are found in
  /// raw text, which has no `▁`; runs of `▁` are parted from the normalised text, and merged.
  mutating func addSentencePiece(_ vocabulary: Vocabulary, _ special: SpecialFiles) {
    addSentencePieceModel(vocabulary)
    guard vocabulary.huggingFaceJSON == nil else { return }
    let addsPrefix = vocabulary.addSpacePrefix ?? true
    let space: JSONValue = ["type": "Replace", "pattern": ["String": " "], "content": "\u{2581}"]
    let prepend: JSONValue = ["type": "Prepend", "prepend": "\u{2581}"]
    var writer = TokenizerJSONWriter()
    writer.normalizer = [
      "type": "Sequence", "normalizers": .array(addsPrefix ? [prepend, space] : [space]),
    ]
    let strip: JSONValue = ["type": "Strip", "content": " ", "start": 1, "stop": 0]
    let decoders: [JSONValue] = [
      ["type": "Replace", "pattern": ["String": "\u{2581}"], "content": " "],
      ["type": "ByteFallback"], ["type": "Fuse"],
    ]
    writer.decoder = [
      "type": "Sequence", "decoders": .array(addsPrefix ? decoders + [strip] : decoders),
    ]
    writer.postProcessor = special.postProcessor { vocabulary.id(of: $0) }
    writer.model = [
      "type": "BPE", "dropout": nil,
      "unk_token": .string(vocabulary.tokens[Self.unknown(vocabulary) ?? 0]),
      "continuing_subword_prefix": nil, "end_of_word_suffix": nil, "fuse_unk": true,
      "byte_fallback": .bool(vocabulary.types.contains(.byte)), "ignore_merges": false,
    ]
    writer.findsUserDefinedNormalized = !addsPrefix
    let runs = addsPrefix ? Self.userDefinedRuns(vocabulary) : []
    if !runs.isEmpty {
      let longestFirst = runs.map { vocabulary.tokens[$0] }.sorted { $0.utf8.count > $1.utf8.count }
      writer.preTokenizer = [
        "type": "Split", "pattern": ["Regex": .string(longestFirst.joined(separator: "|"))],
        "behavior": "Isolated", "invert": false,
      ]
    }
    writer.leftToModel = runs
    let merges = ScoreMerges(vocabulary, first: runs)
    writer.mergeParts = merges.parts
    files[TokenizerJSON.name] = writer.bytes(vocabulary)
    notes.append("the merges of tokenizer.json are rebuilt from the scores of the tokens")
    if merges.skipped > 0 {
      notes.append(
        "\(merges.skipped) tokens of more than \(ScoreMerges.maximumLength) bytes get no merges")
    }
  }

  /// The ids of user-defined pieces that are runs of `▁`.
  private static func userDefinedRuns(_ vocabulary: Vocabulary) -> Set<Int> {
    Set(
      vocabulary.types.indices.filter { id in
        vocabulary.types[id] == .userDefined && !vocabulary.tokens[id].isEmpty
          && vocabulary.tokens[id].unicodeScalars.allSatisfy { $0 == "\u{2581}" }
      })
  }

  /// tokenizer.model.
  mutating func addSentencePieceModel(_ vocabulary: Vocabulary) {
    var model = SentencePieceModel()
    model.modelType = vocabulary.kind == .unigram ? .unigram : .bpe
    model.pieces = vocabulary.tokens
    model.scores = vocabulary.scores
    model.types = vocabulary.types
    model.precompiledCharsmap = vocabulary.precompiledCharsmap
    model.addsDummyPrefix = vocabulary.addSpacePrefix ?? (vocabulary.kind == .sentencePieceBPE)
    model.removesExtraWhitespaces = vocabulary.removeExtraWhitespaces ?? false
    let ids = vocabulary.special.ids
    var roles = SentencePieceModel.Roles()
    roles.bos = ids[.bos] ?? -1
    roles.eos = ids[.eos] ?? -1
    roles.padding = ids[.pad] ?? -1
    if let unknown = Self.unknown(vocabulary) {
      roles.unknown = unknown
      if model.types[unknown] != .unknown {
        model.types[unknown] = .unknown
        notes.append("the token \(unknown) is made the unknown token, which tokenizer.model needs")
      }
    }
    files["tokenizer.model"] = model.bytes(roles)
    notes.append(
      "tokenizer.model is rebuilt from the keys of the GGUF, which do not hold how it was trained"
        + (vocabulary.kind == .unigram ? "" : " or a normalisation"))
  }

  /// What tokenizer_config.json has to say of the token that tokenizer.model needs as the unknown
  /// one, if the keys give it another type and the score of an added token.
  func listedTokens(_ vocabulary: Vocabulary) -> JSONValue? {
    guard vocabulary.kind == .sentencePieceBPE, let id = Self.unknown(vocabulary),
      [.control, .userDefined].contains(vocabulary.types[id]),
      vocabulary.scores[id] == Vocabulary.addedScore
    else { return nil }
    return [
      "\(id)": [
        "content": .string(vocabulary.tokens[id]), "lstrip": false, "normalized": false,
        "rstrip": false, "single_word": false, "special": .bool(vocabulary.types[id] == .control),
      ]
    ]
  }

  /// The id of the unknown token: by type, else by its key, else 0.
  private static func unknown(_ vocabulary: Vocabulary) -> Int? {
    vocabulary.types.firstIndex(of: .unknown) ?? vocabulary.special.ids[.unk]
      ?? (vocabulary.tokens.isEmpty ? nil : 0)
  }
}

/// The merges that SentencePiece's BPE amounts to: every way to part a token into two, best score
/// first.
struct ScoreMerges {
  /// Longest token that is parted: the time grows with the square of the length.
  static let maximumLength = 512

  /// Left and right parts, alternating.
  private(set) var parts = PackedStrings()
  /// Number of tokens that were too long.
  private(set) var skipped = 0

  /// - Parameter first: tokens of other types that are merged, too, before all others.
  init(_ vocabulary: Vocabulary, first: Set<Int>) {
    let tokens = vocabulary.tokens
    let index = TokenIndex(tokens)
    func isPart(_ id: Int) -> Bool { vocabulary.types[id] == .normal || first.contains(id) }
    // Equal scores go by id, as SentencePiece's own files have it.
    let order =
      first.sorted()
      + tokens.indices.filter { vocabulary.types[$0] == .normal }
      .sorted { a, b in
        vocabulary.scores[a] == vocabulary.scores[b]
          ? a < b : vocabulary.scores[a] > vocabulary.scores[b]
      }
    for id in order {
      let text = tokens.utf8(at: id)
      guard text.count <= Self.maximumLength else {
        skipped += 1
        continue
      }
      var cuts: [(left: Int, right: Int)] = []
      for cut in text.indices.dropFirst() where text[cut] & 0xC0 != 0x80 {
        let left = text[..<cut].withUnsafeBytes { index.find($0) }
        let right = text[cut...].withUnsafeBytes { index.find($0) }
        guard let left, let right, isPart(left), isPart(right) else { continue }
        cuts.append((left, right))
      }
      cuts.sort { $0.left == $1.left ? $0.right < $1.right : $0.left < $1.left }
      for (left, right) in cuts {
        for part in [left, right] {
          tokens.utf8(at: part).withUnsafeBytes { parts.append(utf8: $0) }
        }
      }
    }
  }
}
