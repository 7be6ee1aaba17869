internal import Documents

extension TokenizerSource {
  /// The same files, each under the usual name of what it holds: a tokenizer.json may lie there as
  /// tokenizer.model.
  ///
  /// What is not recognised keeps its name, and so does a file whose usual name is taken.
  public func byContent() -> TokenizerSource {
    var result = self
    for name in presentNames where Self.mainNames.contains(name) || name.hasSuffix(Self.rankEnding)
    {
      result = result.byContent(of: name)
    }
    return result
  }

  /// The same files with one of them, whatever its name, under the usual name of what it holds.
  ///
  /// - Parameter file: the file that was asked for; its content or ending tells what it is.
  public func byContent(of file: String) -> TokenizerSource {
    var result = self
    let usual = bytes(file).flatMap(Self.usualName) ?? Self.usualName(byEnding: file)
    let isInPlace =
      usual == Self.rankName && (file == "tokenizer.model" || file.hasSuffix(Self.rankEnding))
      || usual == "tokenizer.model" && file == "spiece.model"
    if !isInPlace { result.rename(file, to: usual) }
    return result
  }

  /// Files that hold a tokenizer, or a part of it.
  static let mainNames: Set<String> = [
    "tokenizer.json", "tokenizer.model", "spiece.model", "vocab.txt", "vocab.json", "merges.txt",
    "tekken.json",
  ]
  private static let rankName = "tokenizer" + rankEnding
  /// Files that are one tokenizer together.
  static let pairs = ["vocab.json": ["merges.txt"], "merges.txt": ["vocab.json"]]

  /// The usual name of a file that is not recognised, whose reader will say why.
  private static func usualName(byEnding name: String) -> String {
    if mainNames.contains(name) { return name }
    for usual in ["tokenizer.json", "tokenizer.model", "vocab.txt"] {
      if let dot = usual.lastIndex(of: "."), name.hasSuffix(usual[dot...]) { return usual }
    }
    return name
  }

  /// The usual name of what bytes hold, judged by their beginning; nil if they are nothing known.
  private static func usualName(of bytes: [UInt8]) -> String? {
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    if bytes.first(where: { !blanks.contains($0) }) == UInt8(ascii: "{") {
      return jsonName(bytes)
    }
    if SentencePieceModel.recognises(bytes) { return "tokenizer.model" }
    return RankFile.recognises(bytes) ? rankName : nil
  }

  /// Which of the JSON files it is, by the first key that tells.
  private static func jsonName(_ bytes: [UInt8]) -> String? {
    var reader = JSONReader(bytes)
    do throws(DocumentError) {
      try reader.beginObject()
      while let key = try reader.nextKey() {
        switch (key, try reader.peekKind()) {
        case (_, .number): return "vocab.json"
        case ("model", .object), ("added_tokens", .array), ("pre_tokenizer", .object),
          ("truncation", .null), ("normalizer", .object):
          return TokenizerJSON.name
        case ("config", .object), ("vocab", .array): return TekkenFile.name
        default: try reader.skipValue()
        }
      }
    } catch {
      // A file that is no JSON is not recognised; its reader says what is wrong with it.
      return nil
    }
    return nil
  }
}
