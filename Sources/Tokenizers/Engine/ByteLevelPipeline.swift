internal import Failures

/// Byte-level BPE from text to ids in one go: the usual case of a split and a model over bytes.
///
/// Gives what the steps of the definition give, without writing bytes as letters.
struct ByteLevelPipeline: Sendable {
  private let splitter: any PieceSplitter
  private let encoder: BytePairEncoder
  private let memories = BytePairMemoryPool()

  /// Nil if the tokenizer splits, or spells its tokens, in another way.
  init?(_ definition: TokenizerDefinition) throws(TokenizerError) {
    let steps = Self.flat(definition.preTokenizer)
    switch definition.model {
    case .rankBPE(let model):
      guard let patterns = Self.patterns(steps, endInBytes: false) else { return nil }
      encoder = BytePairEncoder(ranks: model.vocabulary)
      splitter = try Splitters.splitter(for: patterns, at: TokenizerJSON.place)
    case .bpe(let model):
      guard let patterns = Self.patterns(steps, endInBytes: true),
        let encoder = BytePairEncoder(model)
      else { return nil }
      self.encoder = encoder
      splitter = try Splitters.splitter(for: patterns, at: TokenizerJSON.place)
    default: return nil
    }
  }

  /// Adds the ids of a text, whose bytes need not be UTF-8.
  ///
  /// - Throws: `.limit` for a text of 2 GiB or more.
  func encode(
    _ text: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]
  ) throws(TokenizerError) {
    guard text.count < Int(Int32.max) else {
      throw TokenizerError(.limit, "a text of \(text.count) bytes; the limit is \(Int32.max)")
    }
    let memory = memories.take()
    splitter.pieces(of: text) { range in
      encoder.encode(UnsafeBufferPointer(rebasing: text[range]), memory, into: &ids)
    }
    memories.give(memory)
  }

  private static func flat(
    _ part: TokenizerDefinition.PreTokenizer?
  ) -> [TokenizerDefinition.PreTokenizer] {
    guard let part else { return [] }
    if case .sequence(let list) = part { return list.flatMap { flat($0) } }
    return [part]
  }

  /// The expressions of splits that only cut; nil if there is another step.
  private static func patterns(
    _ steps: [TokenizerDefinition.PreTokenizer], endInBytes: Bool
  ) -> [String]? {
    var patterns: [String] = []
    for (index, step) in steps.enumerated() {
      switch step {
      case .split(.regex(let regex), .isolated, isInverted: _): patterns.append(regex)
      case .digits(let individual): patterns.append(individual ? #"\p{N}"# : #"\p{N}+"#)
      case .byteLevel(let settings):
        guard endInBytes, index == steps.count - 1, !settings.addsPrefixSpace else { return nil }
        if settings.usesRegex { patterns.append(PreTokenizerSteps.gpt2) }
        return patterns
      default: return nil
      }
    }
    return endInBytes ? nil : patterns
  }
}

extension BytePairEncoder {
  /// The encoder of a byte-level model; nil if bytes, tokens or merges are of another kind.
  init?(_ model: TokenizerDefinition.BPE) {
    guard (model.continuingPrefix ?? "").isEmpty, (model.endSuffix ?? "").isEmpty else {
      return nil
    }
    let vocabulary = model.vocabulary
    var tokens = PackedTokens()
    tokens.reserve(count: vocabulary.count, byteCount: vocabulary.tokens.bytes.count)
    for place in vocabulary.tokens.indices {
      // A token with other letters is never met: its place stays empty.
      let bytes = ByteLetters.decode(vocabulary.tokens.utf8(at: place)) ?? []
      bytes.withUnsafeBytes { tokens.append(utf8: $0) }
    }
    var merges = model.merges
    if let ids = vocabulary.sparseIDs {
      var places: [Int32: Int32] = [:]
      for (place, id) in ids.enumerated() { places[id] = Int32(truncatingIfNeeded: place) }
      merges = MergeList()
      merges.reserve(model.merges.count)
      for index in 0..<model.merges.count {
        guard let left = places[model.merges.left[index]],
          let right = places[model.merges.right[index]],
          let result = places[model.merges.result[index]]
        else { return nil }
        merges.append(left: left, right: right, result: result)
      }
    }
    self.init(
      tokens: tokens, ids: vocabulary.sparseIDs ?? [], merges: merges,
      ignoresMerges: model.ignoresMerges)
    guard hasAllBytes else { return nil }
  }
}
