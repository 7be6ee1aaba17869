internal import Documents
internal import Failures

extension HuggingFaceTokenizerFiles {
  /// tokenizer.json of byte-level BPE: the splits come from the table by the pre-tokenizer's name.
  mutating func addByteLevel(
    _ vocabulary: Vocabulary, _ special: SpecialFiles
  ) throws(TokenizerError) {
    guard vocabulary.huggingFaceJSON == nil else { return }
    let table = try PreTokenizerTable.shared.get()
    let name = vocabulary.preTokenizer
    guard let group = table.group(named: name), !(group.regexes + group.original).isEmpty else {
      throw TokenizerError(
        .preTokenizer,
        "the pre-tokenizer '\(name)' has no expressions in the table; its names are "
          + table.groups.filter { !$0.regexes.isEmpty }.flatMap(\.names).joined(separator: ", "))
    }
    var writer = TokenizerJSONWriter()
    let normalizer = table.normalizers[name]
    writer.normalizer = normalizer.map { ["type": .string($0)] } ?? .null
    writer.preTokenizer = PreTokenizerSteps.json(group)
    let letters: JSONValue = [
      "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
    ]
    writer.decoder = letters
    writer.postProcessor = special.postProcessor { vocabulary.id(of: $0) }
    if writer.postProcessor.isNull, vocabulary.special.added[.bos] == false,
      vocabulary.special.added[.eos] == false
    {
      writer.postProcessor = letters
    }
    writer.model = [
      "type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": nil,
      "end_of_word_suffix": nil, "fuse_unk": false, "byte_fallback": false,
      "ignore_merges": .bool(group.ignoresMerges),
    ]
    writer.mergeParts = try Self.parts(vocabulary.merges)
    files[TokenizerJSON.name] = writer.bytes(vocabulary)
    notes.append(
      "tokenizer.json is rebuilt from the keys of the GGUF, which do not hold the normalizer ("
        + (normalizer.map { "\($0), as tokenizers named '\(name)' have it" } ?? "none is written")
        + "), the flags of added tokens and templates for pairs")
    if group.original.isEmpty, !group.regexes.isEmpty {
      notes.append(
        "the splits are llama.cpp's for '\(name)', which may differ from the tokenizer's own"
      )
    }
  }

  /// The parts of GGUF's merges: they part at the first space behind the first byte.
  private static func parts(_ merges: PackedStrings) throws(TokenizerError) -> PackedStrings {
    var parts = PackedStrings()
    parts.reserve(count: 2 * merges.count, byteCount: merges.bytes.count)
    for merge in merges.indices {
      let text = merges.utf8(at: merge)
      guard let space = text.dropFirst().firstIndex(of: 0x20), space + 1 < text.endIndex else {
        throw TokenizerError(
          .merge, "the merge \(merge) is \(merges[merge].quoted); expected two parts and a space")
      }
      text[..<space].withUnsafeBytes { parts.append(utf8: $0) }
      text[(space + 1)...].withUnsafeBytes { parts.append(utf8: $0) }
    }
    return parts
  }
}
