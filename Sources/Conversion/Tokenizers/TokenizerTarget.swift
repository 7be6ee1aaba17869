internal import ByteIO
internal import Failures

/// What a tokenizer can be written as.
public enum TokenizerTarget: String, Sendable, CaseIterable {
  /// A tokenizer.json.
  case tokenizerJSON = "tokenizer.json"
  /// The tokenizer files of a Hugging Face folder.
  case huggingface
  /// A GGUF that holds a vocabulary and no tensors.
  case gguf
  /// A file of ranks; in a folder with the map of its special tokens.
  case tiktoken

  /// The ending that means it.
  var ending: String? {
    switch self {
    case .tokenizerJSON: "json"
    case .huggingface: nil
    case .gguf: "gguf"
    case .tiktoken: "tiktoken"
    }
  }

  /// Decides by what is stated and by the destination's ending.
  static func of(
    _ destination: String, stated: TokenizerTarget?
  ) throws(ConversionError) -> TokenizerTarget {
    let ending = Paths.ending(destination)
    let byEnding = allCases.first { $0.ending != nil && $0.ending == ending }
    guard let stated else { return byEnding ?? .huggingface }
    if let byEnding, byEnding != stated {
      throw ConversionError(
        .options, "--to \(stated.rawValue) contradicts the ending .\(ending) of \(destination)")
    }
    return stated
  }

  /// Whether it is a folder there.
  func isFolder(_ destination: String) -> Bool {
    switch self {
    case .huggingface: true
    case .tiktoken: Paths.ending(destination).isEmpty
    case .tokenizerJSON, .gguf: false
    }
  }
}
