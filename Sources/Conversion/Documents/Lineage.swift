internal import Architectures
internal import Checkpoints
internal import Crypto
internal import Documents
internal import Tensors

/// Lathe's own keys: how an output was made.
struct Lineage {
  let classes: [Fidelity]
  let architecture: Architecture?
  let losses: [String]
  /// The adapters that are merged into the weights, oldest first.
  var merged: [String] = []

  /// First part of every key of Lathe's own.
  static let prefix = "lathe."
  /// The key of the adapters that are merged into the weights.
  static let mergedKey = "lathe.merged"
  /// The key of the original config.json, which makes the way back exact.
  static let configurationKey = "lathe.huggingface.config"
  /// The key of the original generation_config.json.
  static let generationKey = "lathe.huggingface.generation_config"
  /// The key of the prefix that the original tensors' names have.
  static let prefixKey = "lathe.huggingface.prefix"
  /// The key of the original tokenizer.json.
  static let tokenizerKey = "tokenizer.huggingface.json"

  /// The keys with GGUF's types: one class per tensor in file order, as its rank.
  func keys() -> Metadata {
    var keys: Metadata = [
      "lathe.version": .string(Stages.version),
      "lathe.fidelity": .string((classes.max() ?? .exact).description),
      "lathe.fidelity.tensors": .array(.u8(classes.map { UInt8($0.rank) })),
    ]
    if let architecture {
      keys["lathe.architecture"] = .string("\(architecture.name) sha256:\(Self.hash(architecture))")
    }
    if !losses.isEmpty { keys["lathe.losses"] = .array(.strings(PackedStrings(losses))) }
    if !merged.isEmpty { keys[Self.mergedKey] = .array(.strings(PackedStrings(merged))) }
    return keys
  }

  /// The keys for formats whose values are texts.
  func texts() -> Metadata {
    var keys: Metadata = [:]
    for (key, value) in self.keys() {
      if case .array(.u8(let ranks)) = value {
        keys[key] = .string(ranks.map(String.init).joined())
      } else if let list = value.strings {
        keys[key] = .string(list.joined(separator: "\n"))
      } else {
        keys[key] = value
      }
    }
    return keys
  }

  /// Whether a key tells how a file was made, and is made anew with each output.
  static func isReplaced(_ key: String) -> Bool {
    [
      "lathe.version", "lathe.fidelity", "lathe.fidelity.tensors", "lathe.architecture",
      SourceEncodings.commonKey, SourceEncodings.exceptionsKey, GGUFKey.reserve,
    ].contains(key)
  }

  /// Whether a key is Lathe's own, which comparisons ignore.
  static func isOwn(_ key: String) -> Bool { key.hasPrefix(prefix) || key == tokenizerKey }

  private static func hash(_ architecture: Architecture) -> String {
    SHA256.hash(data: Array(architecture.source.utf8)).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
