public import Documents

extension TokenizerDefinition {
  /// Normalizer, pre-tokenizer, post-processor and decoder as tokenizer.json has them; null for none.
  public var parts: JSONValue {
    [
      Normalizer.part: normalizer?.json ?? .null, PreTokenizer.part: preTokenizer?.json ?? .null,
      PostProcessor.part: postProcessor?.json ?? .null, Decoder.part: decoder?.json ?? .null,
    ]
  }

  /// Whether the text of ids is that of each one, one behind the other: long lists may be decoded
  /// part by part.
  public var decodesEachAlone: Bool {
    if case .byteLevel = decoder { return true }
    if case .rankBPE = model { return decoder == nil }
    return false
  }
}
