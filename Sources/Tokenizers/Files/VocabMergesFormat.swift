internal import Documents
public import Failures

/// vocab.json and merges.txt: GPT-2's layout of byte-level BPE.
public struct VocabMergesFormat: TokenizerFormat {
  /// `vocab-merges`.
  public let id = "vocab-merges"
  /// vocab.json and merges.txt.
  public let files = ["vocab.json", "merges.txt"]

  /// Classes of tokenizers whose pre-tokenizer is known, and its name in the table.
  private static let classes: [String: String] = [
    "GPT2Tokenizer": "gpt-2", "CodeGenTokenizer": "gpt-2", "RobertaTokenizer": "gpt-2",
    "BartTokenizer": "gpt-2", "Qwen2Tokenizer": "qwen2",
  ]
  /// Kinds of models that have one of these tokenizers unless they say otherwise.
  private static let modelTypes: [String: String] = [
    "gpt2": "GPT2Tokenizer", "phi": "CodeGenTokenizer", "codegen": "CodeGenTokenizer",
    "roberta": "RobertaTokenizer", "bart": "BartTokenizer", "qwen2": "Qwen2Tokenizer",
  ]

  /// The format.
  public init() {}

  /// Whether there are both files.
  public func recognises(_ source: TokenizerSource) -> Bool {
    files.allSatisfy { source.bytes($0) != nil }
  }

  /// Reads the tokenizer.
  public func read(_ source: TokenizerSource) throws(TokenizerError) -> Vocabulary {
    var builder = try VocabularyBuilder(json: parts(source), source: source, file: "vocab.json")
    builder.defaultSpecial = Self.defaultSpecial
    return try builder.build()
  }

  private static let defaultSpecial = ["<|endoftext|>"]

  /// Reads the whole content of the tokenizer, whose class says what the files leave out.
  public func define(_ source: TokenizerSource) throws(TokenizerError) -> TokenizerDefinition {
    var json = try parts(source)
    try AddedTokens.complete(
      &json, source, file: "vocab.json", defaults: Self.defaultSpecial)
    let letters: JSONValue = [
      "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
    ]
    json.decoder = letters
    json.postProcessor = letters
    let config = try source.object("tokenizer_config.json")
    let name = try className(source)
    if name == "Qwen2Tokenizer" { json.normalizer = ["type": "NFC"] }
    if Self.framed.contains(name) {
      func mark(_ role: SpecialRole, _ usual: String) -> JSONValue? {
        let text = AddedTokens.text(of: role, config) ?? usual
        let id = json.texts.indices.first { json.texts.utf8(at: $0).elementsEqual(text.utf8) }
        return id.map { [.string(text), .int(json.ids[$0])] }
      }
      guard let first = mark(.cls, "<s>"), let separator = mark(.sep, "</s>") else {
        throw TokenizerError(
          .missing, "the vocabulary lacks the tokens that a \(name) puts around a text",
          at: Place(file: "vocab.json"))
      }
      json.postProcessor = [
        "type": "RobertaProcessing", "sep": separator, "cls": first, "trim_offsets": true,
        "add_prefix_space": .bool(config?["add_prefix_space"]?.bool ?? false),
      ]
    }
    if config?["add_prefix_space"]?.bool == true {
      json.preTokenizer = [
        "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
      ]
    }
    return try TokenizerDefinition(json)
  }

  /// Classes that put `<s>` and `</s>` around a text.
  private static let framed: Set<String> = ["RobertaTokenizer", "BartTokenizer"]

  /// The files as a tokenizer.json without what only the class says.
  private func parts(_ source: TokenizerSource) throws(TokenizerError) -> TokenizerJSON {
    var json = TokenizerJSON()
    json.model = ["type": "BPE"]
    do {
      var reader = JSONReader(source.bytes("vocab.json") ?? [])
      try json.readVocabulary(&reader)
      try reader.finish()
    } catch {
      throw TokenizerError(
        error.code == .type ? .schema : .syntax, wrapping: error, at: Place(file: "vocab.json"))
    }
    try readMerges(source, into: &json)
    for (text, value) in try source.object("added_tokens.json")?.object ?? [:] {
      guard let id = value.int else {
        throw TokenizerError(
          .schema, "the token \(text.quoted) has no integer as its id",
          at: Place(file: "added_tokens.json"))
      }
      json.added.append((AddedToken(text), id))
    }
    json.added.sort { $0.id < $1.id }
    json.preTokenizer = try preTokenizer(source)
    return json
  }

  /// The tokenizer's class, without the ending of its fast form; empty if nothing says.
  private func className(_ source: TokenizerSource) throws(TokenizerError) -> String {
    let stated = try source.object("tokenizer_config.json")?["tokenizer_class"]?.string
    let model = source.config?["model_type"]?.string
    var name = stated ?? model.flatMap { Self.modelTypes[$0] } ?? ""
    if name.hasSuffix("Fast") { name.removeLast(4) }
    return name
  }

  /// Reads one merge a line; a first line that begins with `#` states the version.
  private func readMerges(
    _ source: TokenizerSource, into json: inout TokenizerJSON
  ) throws(TokenizerError) {
    let text = try source.text("merges.txt") ?? ""
    for (number, line) in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
      .enumerated()
    {
      guard !line.isEmpty, !(number == 0 && line.first == UInt8(ascii: "#")) else { continue }
      guard json.appendMerge(Array(line)[...]) else {
        throw TokenizerError(
          .syntax, "expected a merge of two parts with one space between them",
          at: Place(file: "merges.txt", line: number + 1))
      }
    }
  }

  /// The pre-tokenizer of the tokenizer's class.
  private func preTokenizer(_ source: TokenizerSource) throws(TokenizerError) -> JSONValue {
    let name = try className(source)
    guard let known = Self.classes[name],
      let group = try PreTokenizerTable.shared.get().group(named: known)
    else {
      throw TokenizerError(
        .preTokenizer,
        "vocab.json and merges.txt do not say how text is split, and the tokenizer's class is "
          + "\(name.isEmpty ? "not stated" : name.quoted); expected tokenizer.json, or one of the "
          + "classes \(Self.classes.keys.sorted().joined(separator: ", "))",
        at: Place(file: "tokenizer_config.json"))
    }
    return PreTokenizerSteps.json(group)
  }
}
