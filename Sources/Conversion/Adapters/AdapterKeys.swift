internal import Checkpoints
internal import Documents
internal import Tensors

/// The keys of a GGUF that holds an adapter.
struct AdapterKeys {
  let adapter: Adapter
  let translation: AdapterTranslation
  /// Name of the adapter's folder.
  let folderName: String

  func make() -> Metadata {
    var keys: Metadata = [
      GGUFKey.architecture: .string(translation.model.architecture.gguf),
      AdapterKey.type: .string(AdapterKey.adapter), AdapterKey.kind: .string(AdapterKey.lora),
    ]
    let name = ModelName(folderName, parameters: -parameterCount)
    keys["general.name"] = .string(ModelName.title(name.fullName ?? folderName))
    keys["general.version"] = name.version.map(MetadataValue.string)
    keys["general.organization"] = name.organization.map { .string(ModelName.title($0)) }
    keys["general.finetune"] = name.finetune.map(MetadataValue.string)
    keys["general.basename"] = name.basename.map(MetadataValue.string)
    keys[GGUFKey.sizeLabel] = name.sizeLabel.map(MetadataValue.string)
    addBase(&keys)
    keys[AdapterKey.alpha] = .f32(translation.alpha)
    if !adapter.invocationTokens.isEmpty {
      keys[AdapterKey.invocationTokens] = .array(.u32(adapter.invocationTokens))
    }
    keys[GGUFKey.quantizationVersion] = .u32(GeneralKeys.quantizationVersion)
    return keys
  }

  /// The base model, if the adapter names it as the hub does: `organization/name`.
  private func addBase(_ keys: inout Metadata) {
    guard let id = adapter.baseModel else { return }
    let parts = id.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }) else { return }
    let base = ModelName(id, parameters: -parameterCount)
    keys["general.base_model.count"] = .u32(1)
    keys["general.base_model.0.name"] = .string(
      ModelName.title(base.fullName ?? String(parts[1])))
    keys["general.base_model.0.version"] = base.version.map(MetadataValue.string)
    keys["general.base_model.0.organization"] = .string(
      ModelName.title(base.organization ?? String(parts[0])))
    keys["general.base_model.0.repo_url"] = .string(CardKeys.Origin.home + id)
  }

  /// Elements of the products, and of what was trained along.
  private var parameterCount: Int {
    let counts =
      adapter.pairs.map { pair in
        let (out, input) = adapter.counts(of: pair)
        return Shape([out, pair.isEmbedding ? pair.rank : input]).elementCount ?? 0
      } + adapter.wholes.map { adapter.reader.tensors[$0.tensor].shape.elementCount ?? 0 }
    return counts.reduce(0) { sum, count in
      let (next, overflow) = sum.addingReportingOverflow(count)
      return overflow ? Int.max : next
    }
  }
}
