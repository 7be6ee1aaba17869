import Documents
import OrderedCollections
import Testing
import Tokenizers

/// Against the keys that llama.cpp's converter writes.
@Suite struct VariantTests {
  /// What differs from the converter's keys on purpose, by variant: the table of differences in
  /// Tokenizers.md says why.
  static let deliberate: [String: Set<String>] = [
    "rod": ["tokenizer.ggml.add_bos_token: added"],
    "bpe-added-in-byte-alphabet": ["tokenizer.ggml.tokens"],
    "bpe-bos-unknown": ["tokenizer.ggml.bos_token_id: added"],
    "bpe-special-tokens-map": ["tokenizer.ggml.eos_token_id: added"],
    "bpe-vocab-merges-added": [
      "tokenizer.ggml.bos_token_id: added", "tokenizer.ggml.eos_token_id: added",
    ],
    "chat-no-config": ["tokenizer.chat_template: added"],
    "spm-user-symbols": ["tokenizer.ggml.token_type"],
    "spm-no-prefix": ["tokenizer.ggml.add_space_prefix: added"],
    "spm-unigram": [
      "tokenizer.ggml.model", "tokenizer.ggml.add_space_prefix: added",
      "tokenizer.ggml.remove_extra_whitespaces: added",
      "tokenizer.ggml.precompiled_charsmap: added", "tokenizer.ggml.bos_token_id: added",
      "tokenizer.ggml.eos_token_id: added",
    ],
    "json-spm": ["tokenizer.ggml.scores"],
    "json-spm-fast": ["tokenizer.ggml.scores"],
    "json-spm-added": ["tokenizer.ggml.scores", "tokenizer.ggml.token_type"],
    "json-spm-added-padded": [
      "tokenizer.ggml.tokens", "tokenizer.ggml.scores", "tokenizer.ggml.token_type",
    ],
    "json-spm-no-config": ["tokenizer.ggml.scores", "tokenizer.ggml.token_type"],
    "wordpiece-no-config": [
      "tokenizer.ggml.bos_token_id: added", "tokenizer.ggml.eos_token_id: added",
      "tokenizer.ggml.unknown_token_id: added", "tokenizer.ggml.seperator_token_id: added",
      "tokenizer.ggml.mask_token_id: added",
    ],
    "wordpiece-vocab-only": bertFacts,
    "wordpiece-vocab-only-cased": bertFacts.union([
      "tokenizer.ggml.normalizer.strip_accents: added"
    ]),
    "wordpiece-vocab-alone": bertFacts,
  ]
  private static let bertFacts: Set<String> = [
    "tokenizer.ggml.bos_token_id: added", "tokenizer.ggml.eos_token_id: added",
    "tokenizer.ggml.unknown_token_id: added", "tokenizer.ggml.seperator_token_id: added",
    "tokenizer.ggml.mask_token_id: added", "tokenizer.ggml.add_bos_token: added",
    "tokenizer.ggml.add_eos_token: added", "tokenizer.ggml.add_sep_token: added",
    "tokenizer.ggml.normalizer.lowercase: added",
  ]
  /// What llama.cpp assumes without a key, by model: the way back writes it down.
  static let assumed: [String: Metadata] = [
    "llama": [
      "tokenizer.ggml.bos_token_id": .u32(1), "tokenizer.ggml.eos_token_id": .u32(2),
      "tokenizer.ggml.add_bos_token": .bool(true),
    ],
    "bert": [
      "tokenizer.ggml.padding_token_id": .u32(0), "tokenizer.ggml.add_bos_token": .bool(true),
      "tokenizer.ggml.add_eos_token": .bool(true), "tokenizer.ggml.add_sep_token": .bool(false),
    ],
  ]
  /// What the way there and back changes.
  static let lostOnTheWayBack: [String: Set<String>] = [
    "bpe-eos-template-other": ["tokenizer.ggml.eot_token_id: missing"]
  ]

  static let convertible = (GoldenVariant.fixtures + GoldenVariant.variants).filter {
    !["bpe-too-many", "spm-too-many"].contains($0.name)
  }

  @Test func goldenDataIsThere() {
    #expect(GoldenVariant.fixtures.count == 5)
    #expect(GoldenVariant.variants.count >= 70)
    let names = Set(Self.convertible.map(\.name))
    #expect(Set(Self.deliberate.keys).isSubset(of: names))
    #expect(Set(Self.lostOnTheWayBack.keys).isSubset(of: names))
  }

  @Test(arguments: convertible)
  func keysEqualTheConverters(_ variant: GoldenVariant) throws {
    let expected = try #require(variant.keys)
    let keys = try TokenizerFormats.read(variant.source).ggufKeys(length: variant.length)
    let found = Set(differences(keys.metadata, expected).map(Self.withoutIndex))
    #expect(found == Self.deliberate[variant.name] ?? [])
    let added = found.filter { $0.hasSuffix(": added") }.map { $0.dropLast(": added".count) }
    let order = Array(keys.metadata.keys).filter { key in !added.contains { $0 == key } }
    #expect(order == Array(expected.keys))
  }

  @Test(arguments: convertible)
  func keysSurviveTheWayBack(_ variant: GoldenVariant) throws {
    let keys = try TokenizerFormats.read(variant.source).ggufKeys(length: variant.length)
    let back = try HuggingFaceTokenizerFiles.make(fromGGUF: keys.metadata)
    let again = try TokenizerFormats.read(back.source)
    let round = try again.ggufKeys(length: variant.length)
    let model = keys.metadata["tokenizer.ggml.model"]?.string ?? ""
    var completed = keys.metadata
    for (key, value) in Self.assumed[model] ?? [:]
    where completed[key] == nil && round.metadata[key] != nil {
      completed[key] = value
    }
    let found = Set(differences(round.metadata, completed).map(Self.withoutIndex))
    #expect(found == Self.lostOnTheWayBack[variant.name] ?? [])
    if GoldenVariant.fixtures.contains(where: { $0.name == variant.name }) {
      #expect(round.metadata == keys.metadata)
    }
    #expect(!back.notes.isEmpty)
  }

  @Test(arguments: convertible)
  func embeddedTokenizerComesBackAsItWas(_ variant: GoldenVariant) throws {
    let vocabulary = try TokenizerFormats.read(variant.source)
    guard let bytes = vocabulary.huggingFaceJSON else {
      #expect(variant.source.bytes("tokenizer.json") == nil)
      return
    }
    #expect(bytes == variant.source.bytes("tokenizer.json"))
    var metadata = try vocabulary.ggufKeys(length: variant.length).metadata
    metadata["tokenizer.huggingface.json"] = .string(String(decoding: bytes, as: UTF8.self))
    let back = try HuggingFaceTokenizerFiles.make(fromGGUF: metadata)
    #expect(back.files["tokenizer.json"] == bytes)
  }

  @Test(arguments: ["bpe-too-many", "spm-too-many"])
  func moreTokensThanRowsIsAnError(_ name: String) throws {
    let variant = try #require(GoldenVariant.named(name))
    let vocabulary = try TokenizerFormats.read(variant.source)
    let error = #expect(throws: TokenizerError.self) {
      try vocabulary.ggufKeys(length: variant.length)
    }
    #expect(error?.code == .size)
    #expect(error?.exitStatus == .malformed)
    #expect(error?.message.contains("\(vocabulary.count) tokens") == true)
    #expect(error?.message.contains("\(variant.length) rows") == true)
  }

  private static func withoutIndex(_ difference: String) -> String {
    difference.firstIndex(of: "[").map { String(difference[..<$0]) } ?? difference
  }
}

extension HuggingFaceTokenizerFiles {
  /// The files as a folder.
  var source: TokenizerSource {
    TokenizerSource(
      files: Dictionary(uniqueKeysWithValues: files.map { ($0, $1) }),
      config: .object(configuration))
  }
}
