import Documents
import Testing

@testable import Tokenizers

/// Tokens that their merges do not give, and the name of the pre-tokenizer.
@Suite struct WholePieceTests {
  /// `abc` is a token, but the merges part it as `ab c`, unless `hasMerge`.
  static func vocabulary(hasMerge: Bool, ignoresMerges: Bool, regex: String) throws -> Vocabulary {
    var merges: JSONValue = [["a", "b"]]
    if hasMerge { merges = [["a", "b"], ["ab", "c"]] }
    let file: JSONValue = [
      "model": [
        "type": "BPE", "ignore_merges": .bool(ignoresMerges),
        "vocab": ["a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4, "<x>": 5], "merges": merges,
      ],
      "added_tokens": [["id": 5, "content": "<x>", "special": true]],
      "pre_tokenizer": [
        "type": "Sequence",
        "pretokenizers": [
          [
            "type": "Split", "pattern": ["Regex": .string(regex)], "behavior": "Isolated",
            "invert": false,
          ],
          ["type": "ByteLevel", "use_regex": false],
        ],
      ],
    ]
    return try TokenizerFormats.read(TokenizerSource(files: ["tokenizer.json": file.bytes()]))
  }

  static func note(_ vocabulary: Vocabulary) -> Bool {
    vocabulary.notes.contains { $0.contains("merges do not give") }
  }

  @Test func gpt2HasNoNameThatTakesPiecesWhole() throws {
    let gpt2 = PreTokenizerSteps.gpt2
    let needs = try Self.vocabulary(hasMerge: false, ignoresMerges: true, regex: gpt2)
    #expect(needs.preTokenizer == "gpt-2")
    #expect(Self.note(needs))
    let plain = try Self.vocabulary(hasMerge: true, ignoresMerges: true, regex: gpt2)
    #expect(plain.preTokenizer == "gpt-2")
    #expect(!Self.note(plain))
  }

  @Test func llamaHasBoth() throws {
    let regex =
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
      + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
    for (ignores, name) in [(true, "llama-bpe"), (false, "dbrx")] {
      let found = try Self.vocabulary(hasMerge: false, ignoresMerges: ignores, regex: regex)
      #expect(found.preTokenizer == name)
      #expect(!Self.note(found))
    }
  }
}
