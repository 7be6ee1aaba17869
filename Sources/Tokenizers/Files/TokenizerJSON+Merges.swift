internal import Documents
internal import Failures

extension TokenizerJSON {
  /// The merges as GGUF has them: `left right`, a space within a part written `Ġ`.
  ///
  /// - Throws: `.merge` if a part, or the two parts together, are no token.
  func mergeTexts(_ index: TokenIndex) throws(TokenizerError) -> PackedStrings {
    var result = PackedStrings()
    result.reserve(count: mergeParts.count / 2, byteCount: mergeParts.bytes.count * 5 / 4)
    let prefix = Array((model["continuing_subword_prefix"]?.string ?? "").utf8)
    var line: [UInt8] = []
    for pair in stride(from: 0, to: mergeParts.count - 1, by: 2) {
      let left = mergeParts.utf8(at: pair)
      let right = mergeParts.utf8(at: pair + 1)
      for part in [left, right] where find(part, index) == nil {
        throw unknown(pair / 2, part, "a part")
      }
      // The two parts stand one behind the other in the list.
      let isPlain = prefix.isEmpty || !right.starts(with: prefix)
      let merged = isPlain ? joined(pair) : left + right.dropFirst(prefix.count)
      if find(merged, index) == nil { throw unknown(pair / 2, merged, "the result") }
      line.removeAll(keepingCapacity: true)
      append(left, to: &line)
      line.append(0x20)
      append(right, to: &line)
      line.withUnsafeBytes { result.append(utf8: $0) }
    }
    return result
  }

  /// The merges by ids.
  ///
  /// - Throws: `.merge` if a part, or the two parts together, are no token.
  func mergeList(_ vocabulary: TokenVocabulary) throws(TokenizerError) -> MergeList {
    var result = MergeList()
    result.reserve(mergeParts.count / 2)
    let prefix = Array((model["continuing_subword_prefix"]?.string ?? "").utf8)
    func id(_ text: ArraySlice<UInt8>) -> Int32? { text.withUnsafeBytes { vocabulary.id(of: $0) } }
    for pair in stride(from: 0, to: mergeParts.count - 1, by: 2) {
      let left = mergeParts.utf8(at: pair)
      let right = mergeParts.utf8(at: pair + 1)
      guard let leftID = id(left) else { throw unknown(pair / 2, left, "a part") }
      guard let rightID = id(right) else { throw unknown(pair / 2, right, "a part") }
      // The library drops as many bytes as the prefix has, whatever they are.
      let merged = prefix.isEmpty ? joined(pair) : left + right.dropFirst(prefix.count)
      guard let mergedID = id(merged) else { throw unknown(pair / 2, merged, "the result") }
      result.append(left: leftID, right: rightID, result: mergedID)
    }
    return result
  }

  /// The bytes of a pair together.
  private func joined(_ pair: Int) -> ArraySlice<UInt8> {
    let start = mergeParts.utf8(at: pair).startIndex
    return mergeParts.bytes[start..<mergeParts.utf8(at: pair + 1).endIndex]
  }

  private func find(_ text: ArraySlice<UInt8>, _ index: TokenIndex) -> Int? {
    text.withUnsafeBytes { index.find($0) }
  }

  private func append(_ part: ArraySlice<UInt8>, to line: inout [UInt8]) {
    guard part.contains(0x20) else { return line.append(contentsOf: part) }
    for byte in part {
      if byte == 0x20 { line += [0xC4, 0xA0] } else { line.append(byte) }
    }
  }

  private func unknown(
    _ merge: Int, _ text: ArraySlice<UInt8>, _ what: String
  ) -> TokenizerError {
    TokenizerError(
      .merge,
      "\(what) of merge \(merge), \(String(decoding: text, as: UTF8.self).quoted), is no token of "
        + "the vocabulary", at: Self.place)
  }
}
