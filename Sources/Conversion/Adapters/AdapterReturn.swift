internal import Architectures
internal import Checkpoints
internal import Documents
internal import Failures
internal import Tensors

/// A GGUF's adapter as PEFT's: names, layout and adapter_config.json.
struct AdapterReturn {
  private(set) var outputs: [TranslatedReader.Output] = []
  private(set) var lost: [Plan.LostTensor] = []

  private let adapter: Adapter
  private let stored: [StoredTensor]
  private var pairs: [Int: Adapter.Pair] = [:]
  private var wholes: [Int: Adapter.Whole] = [:]
  private var used: Set<Int> = []
  /// Modules with matrices, and their ranks.
  private var ranks: [String: Int] = [:]
  private var saved: [String] = []
  private var storesTransposed = false

  /// - Throws: `.adapter` and `.adapterKind` for what does not fit the base model or a module of it.
  init(_ adapter: Adapter, _ model: Model) throws(ConversionError) {
    self.adapter = adapter
    stored = model.stored(in: .gguf).filter { $0.derived == nil }
    var positions: [String: Int] = [:]
    for (index, tensor) in stored.enumerated() { positions[tensor.name] = index }
    func find(_ name: String) throws(ConversionError) -> Int {
      guard let index = positions[name] else {
        throw ConversionError(
          .adapter, "the base model (\(model.className)) has no tensor of that name",
          at: Place(file: adapter.path, tensor: name))
      }
      return index
    }
    for pair in adapter.pairs {
      let index = try find(pair.target)
      let (out, input) = adapter.counts(of: pair)
      let shape = pair.isEmbedding ? Shape([input, out]) : Shape([out, input])
      guard shape == stored[index].shape else {
        throw ConversionError(
          .adapter,
          "the product of B and A has the shape \(shape), the base model's has "
            + "\(stored[index].shape)", at: Place(file: adapter.path, tensor: pair.target))
      }
      pairs[index] = pair
    }
    for whole in adapter.wholes { wholes[try find(whole.target)] = whole }
    var holders: [Int: [Int]] = [:]
    for (index, tensor) in stored.enumerated() {
      for part in tensor.layout.parts where holders[part.tensor]?.last != index {
        holders[part.tensor, default: []].append(index)
      }
    }
    for target in model.stored(in: .huggingface) where target.derived == nil {
      try add(target, Set(target.layout.parts.flatMap { holders[$0.tensor] ?? [] }).sorted())
    }
    let left = Set(pairs.keys).union(wholes.keys).subtracting(used).sorted()
    guard let first = left.first else { return }
    throw ConversionError(
      .adapter, "no module of the base model holds this tensor",
      at: Place(file: adapter.path, tensor: stored[first].name))
  }

  private mutating func add(
    _ target: StoredTensor, _ sources: [Int]
  ) throws(ConversionError) {
    guard let source = sources.first(where: { pairs[$0] != nil || wholes[$0] != nil }) else {
      return
    }
    let place = Place(file: adapter.path, tensor: stored[source].name)
    guard sources.count == 1 else {
      throw ConversionError(
        .adapterKind, "'\(target.name)' joins several tensors, whose A would have to be the same",
        at: place)
    }
    let chain = try passing(at: place) { () throws(TensorError) in
      try LayoutChain(from: [stored[source].layout], to: target.layout)
    }
    used.insert(source)
    let name = AdapterTensorName.prefix + target.name
    if let whole = wholes[source] {
      let spec = adapter.reader.tensors[whole.tensor]
      guard chain.isIdentity, spec.shape == target.shape else {
        lost.append(
          Plan.LostTensor(
            name: spec.name, shape: spec.shape, encoding: spec.encoding,
            reason: "its numbers are not those of '\(target.name)'"))
        return
      }
      saved.append(Self.module(target.name))
      outputs.append(.init(name: name, shape: target.shape, content: .whole([whole.tensor])))
    }
    guard let pair = pairs[source] else { return }
    let (out, input) = adapter.counts(of: pair)
    let module = Self.module(name)
    ranks[Self.module(target.name)] = pair.rank
    if pair.isEmbedding {
      guard chain.isIdentity else {
        throw ConversionError(
          .adapterKind, "rows of the embedding are not those of '\(target.name)'", at: place)
      }
      outputs.append(
        .init(
          name: module + ".lora_embedding_A", shape: Shape([pair.rank, input]),
          content: .transposed(pair.a)))
      outputs.append(
        .init(
          name: module + ".lora_embedding_B", shape: Shape([out, pair.rank]),
          content: .whole([pair.b])))
      return
    }
    guard chain.before.allSatisfy(\.isEmpty), chain.columns == input,
      chain.after.count == (target.layout.isTransposed ? 1 : 0)
    else {
      throw ConversionError(
        .adapterKind,
        "no matrices can be made for '\(target.name)': its layout needs more than "
          + "moving rows", at: place)
    }
    storesTransposed = storesTransposed || target.layout.isTransposed
    outputs.append(
      .init(
        name: module + ".lora_A.weight", shape: Shape([pair.rank, input]),
        content: .whole([pair.a])))
    outputs.append(
      .init(
        name: module + ".lora_B.weight", shape: Shape([chain.rowCount, pair.rank]),
        content: .rows([pair.b], chain, factor: 1)))
  }

  private static func module(_ tensor: String) -> String {
    tensor.hasSuffix(".weight") ? String(tensor.dropLast(".weight".count)) : tensor
  }

  /// adapter_config.json.
  var configuration: JSONValue {
    var counts: [Int: Int] = [:]
    for rank in ranks.values { counts[rank, default: 0] += 1 }
    let rank = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 1
    let metadata = adapter.reader.metadata
    let alpha = metadata[AdapterKey.alpha]?.double ?? 0
    let address = metadata["general.base_model.0.repo_url"]?.string
    let base = address.flatMap { address in
      let hub = CardKeys.Origin.home
      return address.hasPrefix(hub) ? String(address.dropFirst(hub.count)) : nil
    }
    let patterns = ranks.filter { $0.value != rank }.sorted { $0.key < $1.key }
    var members: JSONValue = [
      "base_model_name_or_path": base.map(JSONValue.string) ?? .null, "bias": "none",
      "fan_in_fan_out": .bool(storesTransposed), "inference_mode": true,
      "lora_alpha": Int(exactly: alpha).map(JSONValue.int) ?? .double(alpha), "lora_dropout": 0,
      "modules_to_save": saved.isEmpty ? .null : .array(saved.sorted().map(JSONValue.string)),
      "peft_type": "LORA", "r": .int(rank),
      "rank_pattern": .object(
        .init(uniqueKeysWithValues: patterns.map { ($0.key, JSONValue.int($0.value)) })),
      "target_modules": .array(ranks.keys.sorted().map(JSONValue.string)), "task_type": nil,
    ]
    if !adapter.invocationTokens.isEmpty {
      members["alora_invocation_tokens"] = .array(adapter.invocationTokens.map { .int($0) })
    }
    return members
  }
}
