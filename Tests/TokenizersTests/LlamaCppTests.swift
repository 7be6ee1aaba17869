import Documents
import Failures
import Testing
import Tokenizers

/// Small vocabularies of GGUF as llama.cpp takes them.
@Suite struct LlamaCppTests {
  static func keys(
    _ model: String, _ tokens: [String], types: [Int32]? = nil, scores: [Float]? = nil,
    merges: [String]? = nil, _ more: Metadata = [:]
  ) -> Metadata {
    var keys: Metadata = [
      "tokenizer.ggml.model": .string(model),
      "tokenizer.ggml.tokens": .array(.strings(PackedStrings(tokens))),
    ]
    keys["tokenizer.ggml.token_type"] = .array(.i32(types ?? tokens.map { _ in 1 }))
    keys["tokenizer.ggml.scores"] = scores.map { .array(.f32($0)) }
    keys["tokenizer.ggml.merges"] = merges.map { .array(.strings(PackedStrings($0))) }
    for (key, value) in more { keys[key] = value }
    return keys
  }

  static func tokenizer(_ keys: Metadata) throws -> Tokenizer {
    try Tokenizer(TokenizerDefinition(fromGGUF: keys, dialect: .llamaCpp))
  }

  /// `<unk>`, `<s>`, `</s>`, a user-defined `<u>`, letters.
  static func spm(_ more: Metadata = [:]) -> Metadata {
    keys(
      "llama", ["<unk>", "<s>", "</s>", "<u>", "\u{2581}", "a", "b", "ab", "\u{2581}a", "<0x0A>"],
      types: [2, 3, 3, 4, 1, 1, 1, 1, 1, 6], scores: [0, 0, 0, 0, -5, -6, -7, -1, -2, 0], more)
  }

  @Test func aSpaceGoesBeforeTextBehindATokenToo() throws {
    let tokenizer = try Self.tokenizer(Self.spm())
    #expect(try tokenizer.encode("ab") == [4, 7])
    #expect(try tokenizer.encode("ab<u>ab") == [4, 7, 3, 4, 7])
    #expect(try tokenizer.encode("a<s>b\n", special: .parse) == [8, 1, 4, 6, 9])
    #expect(try tokenizer.encode("ab", addSpecial: true) == [1, 4, 7])
    #expect(try tokenizer.encode("") == [])
    // Phi-3's tokens take the blanks behind them.
    let phi = try Self.tokenizer(Self.spm(["general.name": .string("Phi-3 mini")]))
    #expect(try phi.encode("<u> \n a") == [3, 8])
  }

  @Test func aByteWithoutATokenIsAnError() throws {
    let error = #expect(throws: TokenizerError.self) {
      try Self.tokenizer(Self.spm()).encode("c")
    }
    #expect(error?.code == .missing)
    #expect(error?.message.contains("<0x63>") == true)
  }

  static func bpe(_ more: Metadata = [:]) -> Metadata {
    let letters = ["a", "b", "c", "ab", "", "<|x|>", "<|x|><|y|>", "<|y|>"]
    return keys(
      "gpt2", letters, types: [1, 1, 1, 1, 1, 3, 3, 4],
      // A merge to a text that is no token; one without a space; the same pair twice.
      merges: ["a b", "ab c", "broken", "a b"],
      more.merging(["tokenizer.ggml.pre": .string("gpt-2")]) { a, _ in a })
  }

  @Test func mergesMayLeadToTextsThatAreNoTokens() throws {
    let tokenizer = try Self.tokenizer(Self.bpe())
    #expect(try tokenizer.encode("ab") == [3])
    // `abc` is spelled by its bytes; a byte without a token is left out.
    #expect(try tokenizer.encode("abc") == [0, 1, 2])
    #expect(try tokenizer.encode("aqb") == [0, 1])
    #expect(try tokenizer.encode("[EMPTY_4]") == [])
  }

  @Test func theLongestTokenIsFoundFirst() throws {
    let tokenizer = try Self.tokenizer(Self.bpe())
    #expect(try tokenizer.encode("<|x|><|y|>a<|x|>", special: .parse) == [6, 0, 5])
    #expect(try tokenizer.encode("a<|y|>b") == [0, 7, 1])
  }

  @Test func nothingOfItFitsTokenizerJSON() throws {
    let definition = try TokenizerDefinition(fromGGUF: Self.spm(), dialect: .llamaCpp)
    let error = #expect(throws: TokenizerError.self) { try definition.tokenizerJSON() }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("llama.cpp") == true)
  }

  @Test func bytesThatAreNoText() throws {
    let spm = try Self.tokenizer(Self.spm())
    #expect(throws: TokenizerError.self) { try spm.encode([0xFF]) }
    #expect(try Self.tokenizer(Self.bpe()).encode([0x61, 0xFF, 0x62]) == [0, 1])
  }

  @Test func defects() throws {
    let cases: [(Metadata, TokenizerError.Code)] = [
      (Self.spm(["tokenizer.ggml.scores": .array(.f32([1]))]), .schema),
      (
        Self.spm(["tokenizer.ggml.scores": .array(.f32([Float](repeating: .nan, count: 10)))]),
        .schema
      ),
      (Self.spm(["tokenizer.ggml.pre": .u32(1)]), .schema),
      (Self.spm(["general.name": .u32(1)]), .schema),
      (Self.bpe(["tokenizer.ggml.pre": .string("nobody")]), .preTokenizer),
      (Self.bpe(["tokenizer.ggml.fim_pre_token_id": .string("x")]), .schema),
      (Self.keys("gpt2", ["a", "a"], merges: []), .duplicate),
      (Self.keys("llama", ["a", "a"], scores: [0, 0]), .duplicate),
      (
        Self.keys(
          "t5", ["a", "<unk>"], types: [1, 2], scores: [0, 0],
          ["tokenizer.ggml.precompiled_charsmap": .array(.u8([9]))]), .schema
      ),
      (Self.keys("rwkv", ["a"]), .unsupported),
    ]
    for (keys, code) in cases {
      let error = #expect(throws: TokenizerError.self) { try Self.tokenizer(keys) }
      #expect(error?.code == code, "\(error?.message ?? "")")
    }
  }
}
