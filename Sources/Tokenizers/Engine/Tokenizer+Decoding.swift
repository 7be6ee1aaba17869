public import Failures

extension Tokenizer {
  /// The text of ids, as bytes; tokens that end within a character make bytes that are not UTF-8.
  ///
  /// - Parameter skipsSpecial: whether special tokens are left out.
  /// - Throws: `.id` for an id that the tokenizer does not have.
  public func decode(
    _ ids: [Int32], skipsSpecial: Bool = false
  ) throws(TokenizerError) -> [UInt8] {
    switch definition.model {
    case .sentencePieceBPE(let model), .sentencePieceUnigram(let model):
      for id in ids where !model.tokens.indices.contains(Int(id)) && added[id] == nil {
        throw unknown(id)
      }
      return SentencePieceDecoder(model: model).decode(ids) { id in
        added[id].flatMap { skipsSpecial && $0.isSpecial ? nil : $0.bytes }
      }
    default: break
    }
    var tokens: [TokenText] = []
    for id in ids {
      if let token = added[id] {
        if skipsSpecial, token.isSpecial { continue }
        tokens.append(TokenText(bytes: token.bytes, isLiteral: true))
      } else if let bytes = definition.model.bytes(of: id) {
        tokens.append(TokenText(bytes: Array(bytes)))
      } else {
        throw unknown(id)
      }
    }
    guard let decoders else {
      if case .rankBPE = definition.model { return tokens.flatMap(\.bytes) }
      return Array(tokens.map(\.bytes).joined(separator: [0x20]))
    }
    return decoders.reduce(tokens) { $1.apply($0) }.flatMap(\.bytes)
  }

  private func unknown(_ id: Int32) -> TokenizerError {
    TokenizerError(.id, "the tokenizer has no token with the id \(id)")
  }
}
