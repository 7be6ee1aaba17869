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
    var builder = try VocabularyBuilder(json: json, source: source, file: "vocab.json")
    builder.defaultSpecial = ["<|endoftext|>"]
    return try builder.build()
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
    let stated = try source.object("tokenizer_config.json")?["tokenizer_class"]?.string
    let model = source.config?["model_type"]?.string
    var name = stated ?? model.flatMap { Self.modelTypes[$0] } ?? ""
    if name.hasSuffix("Fast") { name.removeLast(4) }
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
