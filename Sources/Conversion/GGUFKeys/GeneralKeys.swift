internal import Checkpoints
internal import Documents
internal import Tensors

/// The `general.*` keys of a model's GGUF, named and counted by the rules that its readers know.
struct GeneralKeys {
  /// The GGUF architecture's name.
  let architecture: String
  /// Name of the source's folder.
  let folderName: String
  let config: JSONValue?
  let generationConfig: JSONValue?
  /// The output's tensors.
  let tensors: [WriteRequest.Tensor]
  /// The number of `general.file_type`; nil if none stands for the output's types.
  let fileType: UInt32?
  /// The model card beside the source's tensors.
  let card: ModelCard

  /// Version of the block types' layouts.
  static let quantizationVersion: UInt32 = 2

  /// Elements of all tensors.
  var parameters: Int { GGUFSizeLabel.Count(tensors.map { ($0.name, $0.shape) }).total }

  /// The keys that stand before the architecture's own.
  func head() -> Metadata {
    var keys: Metadata = [
      GGUFKey.architecture: .string(architecture), "general.type": "model".value,
    ]
    addSampling(&keys)
    let count = GGUFSizeLabel.Count(tensors.map { ($0.name, $0.shape) })
    let stated = CardKeys(card, parameters: count.total)
    var name = stated.name
    if let path = config?["_name_or_path"]?.string, path.filter({ $0 == "/" }).count <= 1 {
      name = merge(name, ModelName(path, parameters: count.total))
    }
    name = merge(name, ModelName(folderName, parameters: count.total))
    let label = name.sizeLabel ?? (count.total > 0 ? GGUFSizeLabel.label(count) : nil)
    let texts: [(String, String?)] = [
      ("general.name", name.fullName ?? folderName), ("general.author", stated.author),
      ("general.version", name.version), ("general.organization", name.organization),
      ("general.finetune", name.finetune), ("general.basename", name.basename),
      ("general.description", stated.description), (GGUFKey.sizeLabel, label),
    ]
    for (key, text) in texts { if let text, !text.isEmpty { keys[key] = text.value } }
    for (key, value) in stated.others { keys[key] = value }
    return keys
  }

  /// The keys that stand after the architecture's own.
  func tail() -> Metadata {
    [
      GGUFKey.fileType: .u32(fileType ?? GGUFFileType.guessed),
      GGUFKey.quantizationVersion: .u32(Self.quantizationVersion),
    ]
  }

  private func merge(_ known: ModelName, _ other: ModelName) -> ModelName {
    var result = known
    if (result.fullName ?? "").isEmpty { result.fullName = other.fullName.map(ModelName.title) }
    result.organization = known.organization ?? other.organization.map(ModelName.title)
    result.basename = known.basename ?? other.basename
    result.finetune = known.finetune ?? other.finetune
    result.version = known.version ?? other.version
    result.sizeLabel = known.sizeLabel ?? other.sizeLabel
    return result
  }

  /// generation_config.json's names, the keys they become and whether these are whole numbers.
  private static let sampling: [(names: [String], key: String, isInteger: Bool)] = [
    (["top_k"], "top_k", true), (["top_p"], "top_p", false), (["min_p"], "min_p", false),
    (["xtc_probability"], "xtc_probability", false), (["xtc_threshold"], "xtc_threshold", false),
    (["temperature"], "temp", false), (["penalty_last_n"], "penalty_last_n", true),
    (["penalty_repeat", "repetition_penalty"], "penalty_repeat", false),
    (["mirostat"], "mirostat", true), (["mirostat_tau"], "mirostat_tau", false),
    (["mirostat_eta"], "mirostat_eta", false),
  ]

  private func addSampling(_ keys: inout Metadata) {
    guard let settings = generationConfig else { return }
    if let sequence = settings["sequence"]?.string {
      keys["general.sampling.sequence"] = sequence.value
    }
    for entry in Self.sampling {
      guard let value = entry.names.lazy.compactMap({ settings[$0] }).first else { continue }
      if entry.isInteger {
        guard let number = value.int.flatMap(Int32.init(exactly:)) else { continue }
        keys["general.sampling.\(entry.key)"] = .i32(number)
      } else if let number = value.double {
        keys["general.sampling.\(entry.key)"] = .f32(Float(number))
      }
    }
  }
}

extension String {
  fileprivate var value: MetadataValue { .string(self) }
}
