internal import Documents
internal import Failures

/// A model, ready to run: turns a piece of text into ids.
protocol TokenModel: Sendable {
  /// Appends the ids of a piece, which is not empty.
  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]
  ) throws(TokenizerError)
}

extension TokenizerDefinition.Model {
  /// What turns pieces into ids.
  func encoder() throws(TokenizerError) -> any TokenModel {
    switch self {
    case .bpe(let model): return try MergeModel(model)
    case .unigram(let model): return UnigramModel(model)
    case .wordPiece(let model): return try WordPieceModel(model)
    case .wordLevel(let model): return WordLevelModel(model)
    case .sentencePieceBPE(let model): return try SentencePieceBPEModel(model)
    case .sentencePieceUnigram(let model): return try SentencePieceUnigramModel(model)
    case .rankBPE:
      throw TokenizerError(.unsupported, "tiktoken's rule of merges is not supported")
    }
  }
}

/// The ids of `<0x00>` to `<0xFF>`.
struct ByteTokens: Sendable {
  /// By byte; -1 where there is none.
  private(set) var ids: [Int32]
  /// Whether every byte has one.
  let isComplete: Bool

  init(id: (String) -> Int32?) {
    ids = (0..<256).map { id(Self.text(UInt8(truncatingIfNeeded: $0))) ?? -1 }
    isComplete = !ids.contains(-1)
  }

  /// `<0x41>`.
  static func text(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
  }

  /// Appends the ids of bytes; false, with nothing appended, if one has none.
  func append(_ bytes: some Sequence<UInt8>, to list: inout [Int32]) -> Bool {
    let before = list.count
    for byte in bytes {
      guard ids[Int(byte)] >= 0 else {
        list.removeSubrange(before...)
        return false
      }
      list.append(ids[Int(byte)])
    }
    return true
  }
}

/// Whole pieces.
struct WordLevelModel: TokenModel {
  private let vocabulary: TokenVocabulary
  private let unknown: Int32?
  private let unknownText: String

  init(_ model: TokenizerDefinition.WordLevel) {
    vocabulary = model.vocabulary
    unknown = model.vocabulary.id(of: model.unknownToken)
    unknownText = model.unknownToken
  }

  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]
  ) throws(TokenizerError) {
    guard let id = vocabulary.id(of: UnsafeRawBufferPointer(piece)) ?? unknown else {
      throw TokenizerError(
        .missing, "a word is unknown, and the vocabulary lacks \(unknownText.quoted)")
    }
    ids.append(id)
  }
}

/// Longest match from the left; a word that cannot be spelled is unknown as a whole.
struct WordPieceModel: TokenModel {
  private let vocabulary: TokenVocabulary
  private let prefix: [UInt8]
  private let longest: Int
  private let unknown: Int32?
  private let unknownText: String

  init(_ model: TokenizerDefinition.WordPiece) throws(TokenizerError) {
    vocabulary = model.vocabulary
    prefix = Array(model.continuingPrefix.utf8)
    longest = model.longestWord
    unknownText = model.unknownToken
    unknown = model.vocabulary.id(of: model.unknownToken)
  }

  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]
  ) throws(TokenizerError) {
    let before = ids.count
    let count = piece.count { $0 & 0xC0 != 0x80 }
    if count <= longest, spell(piece, &ids) { return }
    ids.removeSubrange(before...)
    guard let unknown else {
      throw TokenizerError(
        .missing, "a word is unknown, and the vocabulary lacks \(unknownText.quoted)")
    }
    ids.append(unknown)
  }

  private func spell(_ piece: UnsafeBufferPointer<UInt8>, _ ids: inout [Int32]) -> Bool {
    var start = 0
    var part: [UInt8] = []
    while start < piece.count {
      part.removeAll(keepingCapacity: true)
      if start > 0 { part += prefix }
      let head = part.count
      part.append(contentsOf: piece[start...])
      var end = piece.count
      var found: Int32?
      while end > start {
        found = part.withUnsafeBytes { bytes in
          vocabulary.id(of: UnsafeRawBufferPointer(rebasing: bytes[..<(head + end - start)]))
        }
        if found != nil { break }
        end -= 1
        while end > start, piece[end] & 0xC0 == 0x80 { end -= 1 }
      }
      guard let found else { return false }
      ids.append(found)
      start = end
    }
    return true
  }
}
