/// A part that a token can play, with its names in the Hugging Face files and in GGUF.
public struct SpecialRole: Hashable, Sendable {
  /// Name in the Hugging Face files: `bos` of `bos_token`, `bos_token_id` and `add_bos_token`.
  public let name: String
  /// GGUF's key of the token's id, if it has one.
  public let idKey: String?
  /// GGUF's key that says whether the token is added to every text, if it has one.
  public let addKey: String?

  private init(_ name: String, key: String? = nil, added: Bool = false) {
    self.name = name
    idKey = key.map { "tokenizer.ggml.\($0)_token_id" }
    addKey = added ? "tokenizer.ggml.add_\(name)_token" : nil
  }

  /// Beginning of a text.
  public static let bos = SpecialRole("bos", key: "bos", added: true)
  /// End of a text.
  public static let eos = SpecialRole("eos", key: "eos", added: true)
  /// Unknown text.
  public static let unk = SpecialRole("unk", key: "unknown")
  /// Between two texts; GGUF's spelling is its own.
  public static let sep = SpecialRole("sep", key: "seperator", added: true)
  /// Filler.
  public static let pad = SpecialRole("pad", key: "padding")
  /// First token of BERT's texts.
  public static let cls = SpecialRole("cls")
  /// A masked token.
  public static let mask = SpecialRole("mask", key: "mask")
  /// End of a turn.
  public static let eot = SpecialRole("eot", key: "eot")
  /// End of a message.
  public static let eom = SpecialRole("eom", key: "eom")

  /// The roles that the Hugging Face files name, in their order.
  public static let named: [SpecialRole] = [bos, eos, unk, sep, pad, cls, mask]
  /// All roles, in the order of their GGUF keys.
  public static let all: [SpecialRole] = named + [eot, eom]
}
