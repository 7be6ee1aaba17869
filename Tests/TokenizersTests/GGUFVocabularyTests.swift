import Documents
import Failures
import Testing
import Tokenizers
import _TestSupport

/// GGUF vocabularies against llama.cpp's ids, and against those of the tokenizers that they were made
/// of.
@Suite struct GGUFVocabularyTests {
  /// Texts whose ids differ from those of the tokenizer's own engine, which the keys do not hold in
  /// full: Documentation/Tokenizer-differences.md says why.
  static let differsFromTheOriginal = ["gpt-2": 0, "qwen2": 0, "bert-bge": 0]

  struct Expected {
    let texts: [String]
    let keys: Metadata
    let root: JSONValue

    init(_ name: String) throws {
      root = try JSONValue.parse(Golden.bytes("Tokenizers/gguf/\(name)/ids.json"))
      keys = try GGUFKeysFile.keys(Golden.bytes("Tokenizers/gguf/\(name)/vocab.gguf"))
      texts = try Self.corpus() + (root["extra"]?.array?.compactMap(\.string) ?? [])
    }

    static func corpus() throws -> [String] {
      let corpus = try JSONValue.parse(Golden.bytes("Tokenizers/corpus/texts.json"))
      return corpus.array?.compactMap { $0["text"]?.string } ?? []
    }

    static func ids(_ value: JSONValue?) -> [Int32] {
      value?.array?.compactMap { $0.int.map(Int32.init) } ?? []
    }

    static func lists(_ value: JSONValue?) -> [[Int32]] { value?.array?.map { ids($0) } ?? [] }

    /// A list with some entries replaced.
    static func lists(_ value: JSONValue?, over base: [[Int32]]) -> [[Int32]] {
      var result = base
      for (place, list) in value?.object ?? [:] {
        if let place = Int(place), base.indices.contains(place) { result[place] = ids(list) }
      }
      return result
    }
  }

  /// The texts whose ids are not as expected, with what was found; the first few.
  static func differences(
    _ texts: [String], _ expected: [[Int32]], _ encode: (String) throws -> [Int32]
  ) rethrows -> (count: Int, examples: [String]) {
    var count = 0
    var examples: [String] = []
    for (text, ids) in zip(texts, expected) {
      let found = try encode(text)
      guard found != ids else { continue }
      count += 1
      let place = zip(found, ids).prefix { $0 == $1 }.count
      if examples.count < 4 {
        examples.append(
          "\(text.debugDescription.prefix(80)) at \(place): \(found.dropFirst(place).prefix(8)), "
            + "expected \(ids.dropFirst(place).prefix(8))")
      }
    }
    return (count, examples)
  }

  @Test(arguments: ["gpt-2", "falcon", "qwen2", "bert-bge", "nomic-bert-moe"])
  func asLlamaCpp(_ name: String) throws {
    let expected = try Expected(name)
    let tokenizer = try Tokenizer(
      TokenizerDefinition(fromGGUF: expected.keys, dialect: .llamaCpp))
    let plain = Expected.lists(expected.root["llama_cpp"])
    #expect(plain.count == expected.texts.count)
    func check(
      _ ids: [[Int32]], _ special: Tokenizer.SpecialText, addSpecial: Bool = false
    ) throws {
      let found = try Self.differences(expected.texts, ids) {
        try tokenizer.encode($0, special: special, addSpecial: addSpecial)
      }
      #expect(found.count == 0, "\(found.examples)")
    }
    try check(plain, .text)
    try check(Expected.lists(expected.root["parsed"], over: plain), .parse)
    let added = Expected.lists(expected.root["added"])
    #expect(added.count == 4)
    try check(added, .parse, addSpecial: true)
  }

  @Test(arguments: differsFromTheOriginal.sorted { $0.key < $1.key })
  func asTheOriginal(_ name: String, _ count: Int) throws {
    let expected = try Expected(name)
    let tokenizer = try Tokenizer(TokenizerDefinition(fromGGUF: expected.keys))
    let corpus = try Expected.corpus()
    let plain = Array(Expected.lists(expected.root["llama_cpp"]).prefix(corpus.count))
    let reference = Expected.lists(expected.root["reference"], over: plain)
    let found = try Self.differences(corpus, reference) { try tokenizer.encode($0) }
    #expect(found.count == count, "\(found.examples)")
  }

  static let names: [String] = {
    let root = try? JSONValue.parse(Golden.bytes("Tokenizers/gguf/names/ids.json"))
    return root?["differences"]?.object.map { Array($0.keys) } ?? []
  }()

  @Test func everyNameIsThere() { #expect(Self.names.count >= 27) }

  /// Each pre-tokenizer splits as in llama.cpp.
  @Test(arguments: names) func preTokenizer(_ name: String) throws {
    let root = try JSONValue.parse(Golden.bytes("Tokenizers/gguf/names/ids.json"))
    var keys = try GGUFKeysFile.keys(Golden.bytes("Tokenizers/gguf/names/vocab.gguf"))
    keys["tokenizer.ggml.pre"] = .string(name)
    let tokenizer = try Tokenizer(TokenizerDefinition(fromGGUF: keys, dialect: .llamaCpp))
    let texts = try Expected("gpt-2").texts
    let expected = Expected.lists(
      root["differences"]?[name], over: Expected.lists(root["ids"]))
    #expect(expected.count == texts.count)
    let found = try Self.differences(texts, expected) { try tokenizer.encode($0) }
    #expect(found.count == 0, "\(found.examples)")
  }
}
