internal import Documents
internal import Failures

/// A token that is found in text before the model sees it.
struct AddedToken: Sendable {
  var content: String
  var isSpecial = false
  var isNormalized = false
  var isSingleWord = false
  var stripsLeft = false
  var stripsRight = false

  /// A token with its flags.
  init(_ content: String, isSpecial: Bool = false, isNormalized: Bool = false) {
    self.content = content
    self.isSpecial = isSpecial
    self.isNormalized = isNormalized
  }

  /// An entry of tokenizer.json's or tokenizer_config.json's lists; nil if it has no text.
  init?(_ value: JSONValue) {
    guard let content = value["content"]?.string else { return nil }
    self.init(
      content, isSpecial: value["special"]?.bool ?? false,
      isNormalized: value["normalized"]?.bool ?? false)
    isSingleWord = value["single_word"]?.bool ?? false
    stripsLeft = value["lstrip"]?.bool ?? false
    stripsRight = value["rstrip"]?.bool ?? false
  }

  /// The list `added_tokens_decoder` of tokenizer_config.json, in the file's order.
  static func decoder(
    of config: JSONValue?
  ) throws(TokenizerError) -> [(id: Int, token: AddedToken)] {
    var result: [(id: Int, token: AddedToken)] = []
    for (key, value) in config?["added_tokens_decoder"]?.object ?? [:] {
      guard let id = Int(key), let token = AddedToken(value) else {
        throw TokenizerError(
          .schema,
          "added_tokens_decoder has an entry \(key.quoted); expected an id as key and an object "
            + "with 'content'", at: Place(file: "tokenizer_config.json"))
      }
      result.append((id, token))
    }
    return result
  }

  /// Whether the token should be a control token whatever its flags say: files often leave
  /// `special` out.
  var looksSpecial: Bool {
    let bytes = Array(content.utf8)
    func isFramed(_ head: String, _ tail: String) -> Bool {
      bytes.starts(with: head.utf8) && bytes.reversed().starts(with: tail.utf8.reversed())
    }
    return ["<pad>", "<mask>", "<2mass>", "[@BOS@]"].contains { $0.utf8.elementsEqual(bytes) }
      || isFramed("<|", "|>") || isFramed("<\u{FF5C}", "\u{FF5C}>") || isFramed("<unused", ">")
  }

  /// The token's type in GGUF.
  var type: TokenType { isSpecial || looksSpecial ? .control : .userDefined }

  /// The text in GGUF: `▁` of a token that is not control stands for a space.
  var text: String {
    guard type == .userDefined, content.unicodeScalars.contains("\u{2581}") else { return content }
    var scalars = String.UnicodeScalarView()
    for scalar in content.unicodeScalars { scalars.append(scalar == "\u{2581}" ? " " : scalar) }
    return String(scalars)
  }
}
