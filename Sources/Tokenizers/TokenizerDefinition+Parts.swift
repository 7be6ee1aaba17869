public import Documents

extension TokenizerDefinition {
  /// Normalizer, pre-tokenizer, post-processor and decoder as tokenizer.json has them; null for none.
  public var parts: JSONValue {
    [
      Normalizer.part: normalizer?.json ?? .null, PreTokenizer.part: preTokenizer?.json ?? .null,
      PostProcessor.part: postProcessor?.json ?? .null, Decoder.part: decoder?.json ?? .null,
    ]
  }
}
