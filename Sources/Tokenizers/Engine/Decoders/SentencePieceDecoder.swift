/// Decodes as SentencePiece does.
struct SentencePieceDecoder: Sendable {
  let model: TokenizerDefinition.SentencePiece

  /// The text of ids, all of which the model has, or which are texts of other tokens.
  ///
  /// The space before the text goes, and all of them if the model removes extra ones. Bytes that are
  /// not valid UTF-8 become U+FFFD each.
  func decode(_ ids: [Int32], other: (Int32) -> [UInt8]?) -> [UInt8] {
    var text: [UInt8] = []
    var run: [UInt8] = []
    let strips = model.addsDummyPrefix || model.removesExtraWhitespaces
    var isAtStart = true
    var sawSpace = false
    for id in ids {
      let place = Int(id)
      guard model.tokens.indices.contains(place) else {
        flush(&run, &text)
        text += other(id) ?? []
        isAtStart = false
        continue
      }
      if model.types[place] == .byte,
        let byte = ByteFallbackDecoder.byte(Array(model.tokens.utf8(at: place)))
      {
        run.append(byte)
        continue
      }
      flush(&run, &text)
      if sawSpace || !text.isEmpty { isAtStart = false }
      sawSpace = false
      switch model.types[place] {
      case .control: break
      case .unknown: text += model.unknownSurface.utf8
      default:
        var piece = model.tokens.utf8(at: place)
        if isAtStart, strips, piece.starts(with: SentencePieceText.space) {
          piece = piece.dropFirst(SentencePieceText.space.count)
          sawSpace = !model.removesExtraWhitespaces
        }
        appendSpaced(piece, to: &text)
      }
    }
    flush(&run, &text)
    return text
  }

  /// Appends a piece, `▁` as a space.
  private func appendSpaced(_ piece: ArraySlice<UInt8>, to text: inout [UInt8]) {
    var rest = piece
    while let first = rest.first {
      if rest.starts(with: SentencePieceText.space) {
        text.append(0x20)
        rest = rest.dropFirst(SentencePieceText.space.count)
      } else {
        text.append(first)
        rest = rest.dropFirst()
      }
    }
  }

  /// Appends the bytes of a run.
  private func flush(_ run: inout [UInt8], _ text: inout [UInt8]) {
    guard !run.isEmpty else { return }
    run.withUnsafeBufferPointer { bytes in
      var position = 0
      while position < bytes.count {
        let (value, end) = bytes.scalar(at: position)
        text.append(scalar: value)
        position = end
      }
    }
    run.removeAll(keepingCapacity: true)
  }
}
