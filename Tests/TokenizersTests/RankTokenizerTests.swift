import Documents
import Failures
import Testing
import _TestSupport

@testable import Tokenizers

/// Files of ranks: what tiktoken and the conversion of transformers make of them.
@Suite struct RankTokenizerTests {
  static let names = ["whisper-gpt2", "tekken"]

  static func vocabulary(_ name: String) throws -> RankVocabulary {
    if name == "tekken" {
      return try TekkenFile.read(Golden.bytes("Tokenizers/tekken/tekken.json"))
    }
    let ranks = try RankFile.read(
      Golden.bytes("Tokenizers/whisper-gpt2/gpt2.tiktoken"), file: "gpt2.tiktoken")
    return try RankVocabulary(ranks: ranks, known: .named("whisper"), file: "gpt2.tiktoken")
  }

  static func expected(_ name: String) throws -> JSONValue {
    try JSONValue.parse(Golden.bytes("Tokenizers/\(name)/expected.json"))
  }

  static func ids(_ value: JSONValue?) -> [Int32]? {
    value?.array?.compactMap { $0.int.map { Int32($0) } }
  }

  /// Every text of the corpus in both modes, and back.
  static func check(_ definition: TokenizerDefinition, _ name: String) throws {
    let tokenizer = try Tokenizer(definition)
    let texts = try SplitterTests.corpus.get()
    let expected = try expected(name)
    let ordinary = try #require(expected["ordinary"]?.array)
    #expect(texts.count == 584 && ordinary.count == texts.count)
    #expect((expected["special"]?.object?.count ?? 0) > 10)
    for (index, entry) in texts.enumerated() {
      let text = Array((entry["text"]?.string ?? "").utf8)
      let wanted = try #require(ids(ordinary[index]))
      let found = try tokenizer.encode(text)
      #expect(found == wanted, "\(name) \(entry["id"]?.string ?? "")")
      let parsed = ids(expected["special"]?["\(index)"]) ?? wanted
      #expect(try tokenizer.encode(text, special: .parse) == parsed)
      #expect(try tokenizer.decode(found) == text)
      #expect(try tokenizer.decode(parsed) == text)
    }
  }

  @Test(arguments: names)
  func ranksGiveTiktokensIDs(_ name: String) throws {
    try Self.check(Self.vocabulary(name).rankDefinition(), name)
  }

  @Test(arguments: names)
  func mergesGiveTiktokensIDs(_ name: String) throws {
    var definition = try Self.vocabulary(name).definition()
    try Self.check(definition, name)
    // No token of either file needs to be taken whole.
    guard case .bpe(var model) = definition.model else {
      Issue.record("not BPE")
      return
    }
    model.ignoresMerges = false
    definition.model = .bpe(model)
    try Self.check(definition, name)
    #expect(try !Self.vocabulary(name).needsWholePieces())
  }

  @Test(arguments: names)
  func mergesAreThoseOfTransformers(_ name: String) throws {
    let vocabulary = try Self.vocabulary(name)
    let merges = RankMerges(vocabulary.ranks.tokens).merges()
    let expected = try Self.expected(name)
    #expect(merges.count == expected["mergeCount"]?.int)
    func letters(_ rank: Int32) -> [UInt8] {
      var result: [UInt8] = []
      vocabulary.ranks.tokens.utf8(at: Int(rank)).withUnsafeBufferPointer {
        ByteLetters.append($0, to: &result)
      }
      return result
    }
    var text: [UInt8] = []
    for index in 0..<merges.count {
      if index > 0 { text.append(0x0A) }
      text += letters(merges.left[index]) + [0x20] + letters(merges.right[index])
    }
    #expect(Golden.sha256(text) == expected["mergesSHA256"]?.string)
  }

  @Test(arguments: names)
  func tokenizerJSONIsThatOfTransformers(_ name: String) throws {
    let bytes = try Self.vocabulary(name).definition().tokenizerJSON()
    #expect(try Golden.sha256(bytes) == Self.expected(name)["jsonSHA256"]?.string)
  }

  @Test func specialTokensOfWhisper() throws {
    let stated = try JSONValue.parse(Golden.bytes("Tokenizers/whisper-gpt2/special_tokens.json"))
    let known = try KnownRankTokenizer.named("Whisper").special(rankCount: 50256)
    #expect(known.count == 1608 && stated.object?.count == 1608)
    for token in known { #expect(stated[token.text]?.int == Int(token.id), "\(token.text)") }
  }

  @Test func patternAndSpecialTokensAreGiven() throws {
    let file = try Golden.bytes("Tokenizers/whisper-gpt2/gpt2.tiktoken")
    #expect(RankVocabulary.recognises(tiktoken: file))
    let special = try RankVocabulary.specialTokens(
      json: Golden.bytes("Tokenizers/whisper-gpt2/special_tokens.json"), file: "special.json")
    let named = try RankVocabulary(
      tiktoken: file, pattern: "GPT2", specialTokens: special, file: "gpt2.tiktoken")
    #expect(named.pattern == PreTokenizerSteps.gpt2 && named.special.count == 1608)
    let spelled = try RankVocabulary(
      tiktoken: file, pattern: #"\s+|\S+"#, specialTokens: [], file: "gpt2.tiktoken")
    #expect(try Tokenizer(spelled.rankDefinition()).encode("hello hello") == [31373, 220, 31373])
    for (text, code) in [
      ("[1]", TokenizerError.Code.schema), ("{", .syntax), (#"{"a":-1}"#, .id),
      (#"{"a":"b"}"#, .id),
      (#"{"a":4194304}"#, .id),
    ] {
      let error = #expect(throws: TokenizerError.self) {
        try RankVocabulary.specialTokens(json: Array(text.utf8), file: "special.json")
      }
      #expect(error?.code == code && error?.place.file == "special.json")
    }
  }

  @Test func knownNames() throws {
    let names = KnownRankTokenizer.all.flatMap(\.names)
    #expect(Set(names).count == names.count)
    for known in KnownRankTokenizer.all {
      #expect(Splitters.known(known.pattern) != nil)
      let special = known.special(rankCount: 100000)
      #expect(Set(special.map(\.id)).count == special.count)
      #expect(Set(special.map(\.text)).count == special.count)
    }
    #expect(try KnownRankTokenizer.named("llama3").special(rankCount: 128000).count == 256)
    #expect(try KnownRankTokenizer.named("llama4").special(rankCount: 200000).count == 2048)
    #expect(try KnownRankTokenizer.named("qwen").special(rankCount: 151643).count == 208)
    #expect(try KnownRankTokenizer.named("o200k_harmony").special(rankCount: 0).count == 1090)
    let error = #expect(throws: TokenizerError.self) { try KnownRankTokenizer.named("nobody") }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("cl100k_base") == true)
  }

  /// A small vocabulary of bytes and some tokens.
  static func ranks(_ tokens: [String]) -> RankList {
    var list = RankList()
    for byte in UInt8.min...UInt8.max { withUnsafeBytes(of: byte) { list.tokens.append(utf8: $0) } }
    for token in tokens { list.tokens.append(token) }
    return list
  }

  /// Merges by trying every cut, which is what they mean.
  static func allCuts(_ ranks: RankList) -> [[Int32]] {
    var byToken: [[UInt8]: Int32] = [:]
    for rank in ranks.tokens.indices { byToken[Array(ranks.tokens.utf8(at: rank))] = Int32(rank) }
    var result: [[Int32]] = []
    for rank in ranks.tokens.indices {
      let token = Array(ranks.tokens.utf8(at: rank))
      var cuts: [[Int32]] = []
      for cut in stride(from: 1, to: token.count, by: 1) {
        if let left = byToken[Array(token[..<cut])], let right = byToken[Array(token[cut...])] {
          cuts.append([left, right, Int32(rank)])
        }
      }
      result += cuts.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
    }
    return result
  }

  /// tiktoken's rule in the plainest form.
  static func merge(_ piece: [UInt8], _ byToken: [[UInt8]: Int32]) -> [Int32] {
    if let whole = byToken[piece] { return [whole] }
    var parts = piece.map { [$0] }
    while true {
      var best: (rank: Int32, place: Int)?
      for place in parts.indices.dropLast() {
        if let rank = byToken[parts[place] + parts[place + 1]], rank < best?.rank ?? .max {
          best = (rank, place)
        }
      }
      guard let best else { return parts.compactMap { byToken[$0] } }
      parts[best.place] += parts.remove(at: best.place + 1)
    }
  }

  @Test func randomVocabularies() throws {
    var random = SeededRandom(11)
    for _ in 0..<60 {
      var seen: Set<String> = []
      var tokens: [String] = []
      for _ in 0..<random.below(120) {
        let token = (0..<(2 + random.below(6))).map { _ in ["a", "b", "c"][random.below(3)] }
          .joined()
        if seen.insert(token).inserted { tokens.append(token) }
      }
      let ranks = Self.ranks(tokens)
      let merges = RankMerges(ranks.tokens).merges()
      let found = (0..<merges.count).map { [merges.left[$0], merges.right[$0], merges.result[$0]] }
      #expect(found == Self.allCuts(ranks))
      let byRank = BytePairEncoder(ranks: try TokenVocabulary(ranks.tokens))
      var byToken: [[UInt8]: Int32] = [:]
      for rank in ranks.tokens.indices { byToken[Array(ranks.tokens.utf8(at: rank))] = Int32(rank) }
      let memory = BytePairMemory()
      // Short pieces, pieces that are remembered, and pieces long enough for the heap.
      for length in [1, 2, 5, 9, 14, 15, 16, 40, 79, 80, 81, 200, 700] {
        let piece = (0..<length).map { _ in [UInt8](arrayLiteral: 97, 98, 99)[random.below(3)] }
        let wanted = Self.merge(piece, byToken)
        for _ in 0..<2 {
          var ids: [Int32] = []
          piece.withUnsafeBufferPointer { byRank.encode($0, memory, into: &ids) }
          #expect(ids == wanted)
        }
      }
    }
  }

  @Test func missingRanksAndEmptyTokens() throws {
    var lines = (0..<256).map { "\(Base64.encode([UInt8($0)])) \($0)" }
    lines += ["= 256", "aGU= 300", "", "bGw= 257\r"]
    let ranks = try RankFile.read(Array(lines.joined(separator: "\n").utf8), file: "x")
    #expect(ranks.count == 301 && ranks.empty == [256] && ranks.missing == Array(258..<300))
    let vocabulary = try RankVocabulary(
      ranks: ranks, pattern: ".", special: [("<a>", 280), ("<b>", 301)], file: "x")
    for definition in [try vocabulary.rankDefinition(), try vocabulary.definition()] {
      let tokenizer = try Tokenizer(definition)
      let ids = try tokenizer.encode("<a>he<b>", special: .parse)
      #expect(ids == [280, 104, 101, 301])
      #expect(try tokenizer.decode(ids) == Array("<a>he<b>".utf8))
    }
    for special in [("<a>", Int32(257)), ("", 290)] {
      let error = #expect(throws: TokenizerError.self) {
        try RankVocabulary(ranks: ranks, pattern: ".", special: [special], file: "x")
      }
      #expect(error?.code == .duplicate)
    }
  }

  /// Bytes that are not UTF-8 are tokens of their own.
  @Test func bytesThatAreNotUTF8() throws {
    let vocabulary = try RankVocabulary(
      ranks: Self.ranks(["ab", "abc"]), pattern: PreTokenizerSteps.gpt2, special: [], file: "x")
    for definition in [try vocabulary.rankDefinition(), try vocabulary.definition()] {
      let tokenizer = try Tokenizer(definition)
      let text: [UInt8] = [97, 98, 99, 0xFF, 97, 98, 0xE4, 0xB8]
      #expect(try tokenizer.encode(text) == [257, 255, 256, 0xE4, 0xB8])
      #expect(try tokenizer.decode([257, 255, 256, 0xE4, 0xB8]) == text)
    }
  }

  /// Special tokens with gaps between them, or where ranks are missing, keep their ids when
  /// tokenizer.json is loaded, which counts added tokens.
  @Test func specialTokensWithGaps() throws {
    var lines = (0..<256).map { "\(Base64.encode([UInt8($0)])) \($0)" }
    lines += ["aGU= 256", "bGw= 258"]
    let ranks = try RankFile.read(Array(lines.joined(separator: "\n").utf8), file: "x")
    for special in [
      [("<a>", Int32(257)), ("<b>", 259)], [("<a>", 257), ("<b>", 259), ("<c>", 270)],
      [("<b>", 259), ("<c>", 270)], [("<c>", 300)],
    ] {
      let vocabulary = try RankVocabulary(
        ranks: ranks, pattern: #"\s+|\w+"#, special: special, file: "x")
      let json = try vocabulary.definition().tokenizerJSON()
      for definition in [
        try vocabulary.rankDefinition(), try TokenizerDefinition(tokenizerJSON: json),
      ] {
        let tokenizer = try Tokenizer(definition)
        for (text, id) in special {
          #expect(try tokenizer.encode("he" + text, special: .parse) == [256, id])
        }
        #expect(try tokenizer.encode("hell") == [256, 258])
      }
    }
    let listed = try RankVocabulary(
      ranks: RankFile.read(Array(lines.dropLast().joined(separator: "\n").utf8), file: "x"),
      pattern: ".", special: [("<a>", 257), ("<b>", 258)], file: "x")
    // Without gaps the vocabulary holds the ranks alone, as Transformers has it.
    #expect(
      try !String(decoding: listed.definition().tokenizerJSON(), as: UTF8.self).contains("\"<a>\":")
    )
  }

  /// Files that are known by their digest are what they are said to be.
  @Test func digests() throws {
    #expect(SHA256.hex([]) == Golden.sha256([]))
    for count in [1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
      #expect(SHA256.hex(bytes) == Golden.sha256(bytes))
    }
    let file = try Golden.bytes("Tokenizers/whisper-gpt2/gpt2.tiktoken")
    let ranks = try RankFile.read(file, file: "x")
    #expect(RankFile.bytes(ranks) == file)
    #expect(
      KnownRankTokenizer.having(ranks).map { $0.names[0] } == [
        "gpt2", "whisper", "whisper-large-v3",
      ])
    for known in KnownRankTokenizer.all {
      let texts = Set(known.special(rankCount: 1).map(\.text))
      for role in known.roles { #expect(texts.contains(role.text), "\(known.names[0])") }
      #expect(known.digests.allSatisfy { $0.utf8.count == 64 })
    }
  }

  /// tokenizer.json -> ranks -> tokenizer.json is the same, and what ranks cannot hold is refused.
  @Test(arguments: names) func ranksOfAJSON(_ name: String) throws {
    let definition = try Self.vocabulary(name).definition()
    let made = try RankVocabulary.make(of: definition).vocabulary
    var again = try made.definition()
    again.postProcessor = definition.postProcessor
    #expect(try again.tokenizerJSON() == definition.tokenizerJSON())
    let read = try RankVocabulary(
      tiktoken: made.tiktokenFile(), pattern: made.pattern,
      specialTokens: RankVocabulary.specialTokens(json: made.specialTokensFile(), file: "s"),
      file: "x")
    try Self.check(read.rankDefinition(), name)
    for change in [
      { (definition: inout TokenizerDefinition) in definition.normalizer = .plain(.lowercase) },
      { $0.preTokenizer = .whitespace }, { $0.preTokenizer = nil },
      {
        guard case .bpe(var model) = $0.model else { return }
        model.endSuffix = "</w>"
        $0.model = .bpe(model)
      },
      {
        guard case .bpe(var model) = $0.model else { return }
        model.merges.append(left: 0, right: 0, result: 0)
        $0.model = .bpe(model)
      },
    ] {
      var other = definition
      change(&other)
      let error = #expect(throws: TokenizerError.self) { try RankVocabulary.make(of: other) }
      #expect(error?.code == .unsupported)
    }
  }

  /// Roles come from what is known of the tokenizer, and from config.json where it says more.
  @Test func rolesOfAKnownName() throws {
    var lines = (0..<256).map { "\(Base64.encode([UInt8($0)])) \($0)" }
    lines += ["aGU= 256", "bGw= 257"]
    func read(_ config: JSONValue) throws -> Vocabulary {
      var source = TokenizerSource(
        files: ["tokenizer.model": Array(lines.joined(separator: "\n").utf8)], config: config)
      source.rankOptions.pattern = "llama3"
      return try TokenizerFormats.read(source)
    }
    let base = try read([:])
    #expect(base.count == 258 + 256 && base.preTokenizer == "llama-bpe")
    #expect(base.special.ids[.bos] == 258 && base.special.ids[.eos] == 259)
    #expect(base.special.added[.bos] == true)
    #expect(base.types[258] == .control && base.huggingFaceJSON != nil)
    let tuned = try read(["eos_token_id": [267, 259], "bos_token_id": 258])
    #expect(tuned.special.ids[.eos] == 267 && tuned.tokens[267] == "<|eot_id|>")
    #expect(tuned.special.ids[.bos] == 258)
  }
}
