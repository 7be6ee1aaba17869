internal import Documents

extension Vocabulary {
  /// Notes where tokenizer.json, which stays as it is, has other tokens than this vocabulary, which
  /// was read from another file.
  ///
  /// `▁` and a space count as one in tokens that text is searched for. Ids that neither uses agree.
  mutating func noteDifferences(from json: TokenizerJSON, readFrom file: String) {
    var agrees = types.map { $0 == .unused }
    var differing: Set<Int> = []
    func compare(_ id: Int, _ text: ArraySlice<UInt8>) {
      guard agrees.indices.contains(id) else {
        differing.insert(id)
        return
      }
      let own = tokens.utf8(at: id)
      agrees[id] =
        own.elementsEqual(text)
        || types[id] == .userDefined
          && AddedToken(String(decoding: own, as: UTF8.self)).text.utf8.elementsEqual(
            AddedToken(String(decoding: text, as: UTF8.self)).text.utf8)
    }
    for (index, id) in json.ids.enumerated() { compare(id, json.texts.utf8(at: index)) }
    for (token, id) in json.added { compare(id, Array(token.content.utf8)[...]) }
    differing.formUnion(agrees.indices.filter { !agrees[$0] })
    guard let first = differing.min() else { return }
    notes.append(
      "tokenizer.json and \(file) disagree on \(differing.count) tokens, the first of them "
        + "\(first): the keys are \(file)'s, tokenizer.json is kept as it is")
  }
}
