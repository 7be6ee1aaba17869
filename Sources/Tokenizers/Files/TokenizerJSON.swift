internal import Documents
internal import Failures

/// The parts of a tokenizer.json.
///
/// The vocabulary and the merges are read straight into packed lists; the other parts are small and
/// become trees.
struct TokenizerJSON {
  /// The file's usual name.
  static let name = "tokenizer.json"

  /// What `model` says beside its lists.
  var model: JSONValue = [:]
  /// Texts of the vocabulary in the file's order.
  var texts = PackedStrings()
  /// Their ids.
  var ids: [Int] = []
  /// Unigram's scores, in the order of `texts`.
  var scores: [Double] = []
  /// Left and right parts of the merges, alternating.
  var mergeParts = PackedStrings()
  /// The tokens added to the vocabulary, with the ids that the file states.
  var added: [(token: AddedToken, id: Int)] = []
  var truncation: JSONValue = .null
  var padding: JSONValue = .null
  var normalizer: JSONValue = .null
  var preTokenizer: JSONValue = .null
  var postProcessor: JSONValue = .null
  var decoder: JSONValue = .null

  /// Reads a file.
  init(_ bytes: [UInt8]) throws(TokenizerError) {
    do {
      var reader = JSONReader(bytes)
      try read(&reader)
    } catch let error as DocumentError {
      throw TokenizerError(
        error.code == .type ? .schema : error.code == .limit ? .limit : .syntax, wrapping: error,
        at: Self.place)
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw TokenizerError(.syntax, "\(error)", at: Self.place)
    }
  }

  /// A tokenizer.json made of its parts, for files that hold the same in another way.
  init() {}

  static let place = Place(file: name)

  private mutating func read(_ reader: inout JSONReader) throws {
    var hasModel = false
    var seen: Set<String> = []
    try reader.beginObject()
    while let key = try reader.nextKey() {
      guard seen.insert(key).inserted else {
        throw reader.failure(.duplicateKey, "the key \(key.quoted) stands twice")
      }
      switch key {
      case "model":
        hasModel = true
        try readModel(&reader)
      case "added_tokens":
        if try reader.peekKind() == .null { try reader.readNull() } else { try readAdded(&reader) }
      case "truncation": truncation = try part(&reader)
      case "padding": padding = try part(&reader)
      case "normalizer": normalizer = try part(&reader)
      case "pre_tokenizer": preTokenizer = try part(&reader)
      case "post_processor": postProcessor = try part(&reader)
      case "decoder": decoder = try part(&reader)
      default: try reader.skipValue()
      }
    }
    try reader.finish()
    guard hasModel else {
      throw TokenizerError(.schema, "the file has no 'model'", at: Self.place)
    }
  }

  /// Reads a component: an object or null.
  private func part(_ reader: inout JSONReader) throws(DocumentError) -> JSONValue {
    let kind = try reader.peekKind()
    guard kind == .object || kind == .null else {
      throw reader.failure(.type, "expected an object or null, found \(kind.phrase)")
    }
    return try reader.readValue()
  }

  private mutating func readAdded(_ reader: inout JSONReader) throws {
    try reader.beginArray()
    while try reader.nextElement() {
      let value = try reader.readValue()
      guard let token = AddedToken(value), let id = value["id"]?.int else {
        throw reader.failure(
          .type, "an added token needs a text 'content' and an integer 'id' (ends here)")
      }
      added.append((token, id))
    }
  }

  private mutating func readModel(_ reader: inout JSONReader) throws {
    var hasVocabulary = false
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "vocab":
        guard !hasVocabulary else {
          throw reader.failure(.duplicateKey, "the key 'vocab' stands twice")
        }
        hasVocabulary = true
        if try reader.peekKind() == .array {
          try readScored(&reader)
        } else {
          try readVocabulary(&reader)
        }
      case "merges":
        guard mergeParts.isEmpty else {
          throw reader.failure(.duplicateKey, "the key 'merges' stands twice")
        }
        if try reader.peekKind() == .null { try reader.readNull() } else { try readMerges(&reader) }
      default: model[key] = try reader.readValue()
      }
    }
    guard hasVocabulary else { throw reader.failure(.type, "the model has no 'vocab' (ends here)") }
  }

  /// Reads an object of texts and ids.
  mutating func readVocabulary(_ reader: inout JSONReader) throws(DocumentError) {
    try reader.beginObject()
    while try reader.nextKey(into: &texts) {
      try count(&reader)
      ids.append(try reader.readInt())
    }
  }

  /// Reads a list of texts and scores.
  private mutating func readScored(_ reader: inout JSONReader) throws(DocumentError) {
    try reader.beginArray()
    while try reader.nextElement() {
      try count(&reader)
      try reader.beginArray()
      guard try reader.nextElement() else { throw Self.notScored(reader) }
      try reader.readString(into: &texts)
      guard try reader.nextElement() else { throw Self.notScored(reader) }
      scores.append(try reader.readDouble())
      guard try !reader.nextElement() else { throw Self.notScored(reader) }
      ids.append(ids.count)
    }
  }

  private static func notScored(_ reader: JSONReader) -> DocumentError {
    reader.failure(.type, "expected a list of a text and a score")
  }

  private func count(_ reader: inout JSONReader) throws(DocumentError) {
    guard ids.count < Vocabulary.maximumCount else {
      throw reader.failure(.limit, "more than \(Vocabulary.maximumCount) tokens")
    }
  }

  /// Reads merges, as pairs or as texts with a space between the parts.
  private mutating func readMerges(_ reader: inout JSONReader) throws(DocumentError) {
    var line = PackedStrings()
    try reader.beginArray()
    while try reader.nextElement() {
      if try reader.peekKind() == .array {
        let before = mergeParts.count
        try reader.beginArray()
        while try reader.nextElement() { try reader.readString(into: &mergeParts) }
        guard mergeParts.count == before + 2 else {
          throw reader.failure(
            .type, "a merge has two parts, this one \(mergeParts.count - before)")
        }
      } else {
        line = PackedStrings()
        try reader.readString(into: &line)
        guard appendMerge(line.bytes[...]) else {
          throw reader.failure(.type, "expected a merge of two parts with one space between them")
        }
      }
    }
  }

  /// Appends a merge written as two parts with a space between them; false if it is not.
  mutating func appendMerge(_ text: ArraySlice<UInt8>) -> Bool {
    let parts = text.split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return false }
    for part in parts { part.withUnsafeBytes { mergeParts.append(utf8: $0) } }
    return true
  }
}
