internal import Architectures
internal import Checkpoints
internal import Failures
internal import Tensors

/// Maps a source's tensors to those of another dialect, through a model.
struct ModelMapping {
  let model: Model
  let reader: any CheckpointReader
  let target: Dialect
  /// The prefix that Hugging Face names are to have instead of the usual one.
  let prefix: String?

  func make() throws(ConversionError) -> TensorMapping {
    let readerIndex = Dictionary(
      reader.tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    // Which stored tensors of the source hold a canonical tensor.
    var holders: [Int: [StoredTensor]] = [:]
    for stored in model.stored(in: model.dialect) where stored.derived == nil {
      for part in Set(stored.layout.parts.map(\.tensor)) {
        holders[part, default: []].append(stored)
      }
    }
    var mapping = TensorMapping(items: [])
    for stored in model.stored(in: target) {
      var item = try item(stored, holders, readerIndex)
      item.name = renamed(stored)
      mapping.items.append(item)
    }
    for lost in model.lost(in: target) {
      guard let index = readerIndex[lost.name] else { continue }
      let spec = reader.tensors[index]
      mapping.lost.append(
        Plan.LostTensor(
          name: lost.name, shape: spec.shape, encoding: spec.encoding, reason: lost.reason))
    }
    for copy in model.copies {
      guard let kept = readerIndex[copy.original], let dropped = readerIndex[copy.name] else {
        continue
      }
      mapping.checks.append(Plan.EqualityCheck(kept: kept, dropped: dropped))
    }
    return mapping
  }

  private func item(
    _ stored: StoredTensor, _ holders: [Int: [StoredTensor]], _ readerIndex: [String: Int]
  ) throws(ConversionError) -> TensorMapping.Item {
    if let values = stored.derived {
      return TensorMapping.Item(
        name: stored.name, shape: stored.shape, origin: .values(values), encoding: Encoding(.f32))
    }
    var sources: [StoredTensor] = []
    for part in stored.layout.parts {
      for holder in holders[part.tensor] ?? []
      where !sources.contains(where: { $0.name == holder.name }) {
        sources.append(holder)
      }
    }
    var indexes: [Int] = []
    for source in sources {
      guard let index = readerIndex[source.name] else {
        throw ConversionError(
          .internal, "the model names a tensor that the source lacks: '\(source.name)'",
          at: Place(tensor: stored.name))
      }
      indexes.append(index)
    }
    guard let first = indexes.first else {
      throw ConversionError(
        .internal, "nothing in the source holds this tensor", at: Place(tensor: stored.name))
    }
    let encoding = reader.tensors[first].encoding
    for index in indexes where reader.tensors[index].encoding != encoding {
      throw ConversionError(
        .cannotHold,
        "its parts have different types: \(reader.tensors[first].name) is \(encoding), "
          + "\(reader.tensors[index].name) is \(reader.tensors[index].encoding)",
        at: Place(tensor: stored.name))
    }
    let chain = try passing(at: Place(tensor: stored.name)) { () throws(TensorError) in
      try LayoutChain(from: sources.map(\.layout), to: stored.layout)
    }
    guard chain.after.isEmpty, chain.before.allSatisfy(\.isEmpty) else {
      let steps = (sources.flatMap(\.layout.steps) + stored.layout.steps).map(\.description)
      throw ConversionError(
        .noRoute,
        "its layout needs more than moving rows (\(steps.joined(separator: " "))): transposed and "
          + "computed layouts are not supported yet", at: Place(tensor: stored.name))
    }
    let map = SourceMap(tensors: indexes, chain: chain)
    return TensorMapping.Item(
      name: stored.name, shape: stored.shape, origin: .source(map), encoding: encoding,
      layoutText: map.chain == nil ? nil : layoutText(sources, stored))
  }

  /// A Hugging Face name under the prefix asked for; names outside any prefix, as those of heads,
  /// stay.
  private func renamed(_ stored: StoredTensor) -> String {
    let prefixes = model.architecture.prefixes
    guard target == .huggingface, let prefix, prefixes.contains(prefix),
      let usual = prefixes.first, let part = stored.layout.parts.first
    else { return stored.name }
    let row = model.architecture.rows[model.tensors[part.tensor].row]
    guard row.names[target]?.text.hasPrefix(usual) == true,
      let known = prefixes.filter(stored.name.hasPrefix).max(by: { $0.count < $1.count })
    else { return stored.name }
    return prefix + stored.name.dropFirst(known.count)
  }

  private func layoutText(_ sources: [StoredTensor], _ stored: StoredTensor) -> String {
    let undone = sources.first?.layout.steps.reversed().map { "undo \($0)" } ?? []
    return (undone + stored.layout.steps.map(\.description)).joined(separator: " > ")
  }
}
