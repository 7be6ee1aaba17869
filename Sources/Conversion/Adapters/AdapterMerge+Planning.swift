internal import ByteIO
internal import Checkpoints
public import Documents
internal import Failures
internal import Tensors

extension AdapterMerge {
  /// The adapters of a request; nil if it has none.
  init?(
    _ request: ConversionRequest, _ source: SourceCheckpoint, _ destination: Destination
  ) throws(ConversionError) {
    guard !request.mergedAdapters.isEmpty else { return nil }
    guard !source.isAdapter else {
      throw ConversionError(
        .options, "--merge-lora merges adapters into a model; the source is an adapter itself",
        at: Place(file: source.path))
    }
    let dialect = source.reader.dialect ?? source.reader.format.dialect ?? .huggingface
    let target = destination.format.dialect ?? dialect
    try self.init(request.mergedAdapters, base: source, widens: dialect != target)
    for adapter in adapters {
      try destination.checkApart(from: adapter.reader.files + [adapter.path])
    }
  }

  /// Marks the tensors that adapters change.
  ///
  /// - Throws: `.adapter` if only the copy of a tied tensor is changed, which the output does not hold.
  func mark(_ mapping: inout TensorMapping) throws(ConversionError) {
    for index in mapping.items.indices {
      guard case .source(let map) = mapping.items[index].origin else { continue }
      let own = map.tensors.compactMap { changes[$0] }
      guard let first = own.first else { continue }
      mapping.items[index].merge = TensorMapping.Merge(
        stored: own.allSatisfy { $0.stored == first.stored } ? first.stored : Encoding(.f32),
        isChanged: own.contains(where: \.changesNumbers))
    }
    for check in mapping.checks where changes[check.dropped] != nil {
      let (kept, dropped) = (base.tensors[check.kept].name, base.tensors[check.dropped].name)
      throw ConversionError(
        .adapter,
        "the model ties '\(dropped)' to '\(kept)', which the output holds alone; the adapter "
          + "changes '\(dropped)'", at: Place(file: adapters.first?.path))
    }
    // A tied copy follows what it is tied to, as it does in memory.
    mapping.checks.removeAll { changes[$0.kept] != nil }
  }

  /// What the lineage says of adapters: those of the source, then these.
  static func lineage(_ metadata: Metadata, _ merge: AdapterMerge?) -> [String] {
    let known = metadata[Lineage.mergedKey]
    let before =
      known?.strings.map { Array($0) } ?? known?.string?.split(separator: "\n").map(String.init)
      ?? []
    return before + (merge?.planned ?? []).map(\.lineage)
  }
}

extension TensorMapping.Merge {
  /// The class of a tensor that is stored so.
  func fidelity(to target: Encoding) -> Fidelity {
    isChanged ? .changed : Router.fidelity(from: stored, to: target, isExact: isExact(in: target))
  }

  /// Whether a tensor that was coded is coded again with loss.
  func isRequantized(to target: Encoding) -> Bool {
    let isExact = !isChanged && isExact(in: target)
    return Router.fidelity(from: stored, to: target, isExact: isExact) == .requantized
  }

  private func isExact(in target: Encoding) -> Bool {
    if stored == target { return true }
    guard let wide = target.scalarType else { return false }
    return stored.scalarType.map(wide.holdsExactly) ?? (wide == .f32)
  }
}

extension SourceCheckpoint {
  /// The same source, read through adapters.
  func merging(_ merge: AdapterMerge) -> SourceCheckpoint {
    var copy = self
    copy.reader = MergedReader(merge)
    return copy
  }

  /// Bytes that reading takes beside the buffers of tiles.
  func extraBytes(threads: Int) -> Int {
    (reader as? MergedReader)?.memory(threads: threads)
      ?? (reader as? TranslatedReader)?.memory(threads: threads) ?? 0
  }
}

extension PlannedAdapter {
  /// For a terminal.
  var text: String {
    "\(path)  (scale \(scale), \(ByteText.count(updated, "tensor")) changed"
      + (replaced > 0 ? ", \(replaced) replaced)" : ")")
  }

  /// For a header: the name alone, since paths tell of machines.
  var lineage: String {
    "\(Paths.name(Paths.resolved(path) ?? path)) scale=\(scale) changed=\(updated) "
      + "replaced=\(replaced)"
  }

  /// The adapter as a JSON document.
  public var json: JSONValue {
    .object([
      "path": .string(path), "scale": .double(scale), "changed": .int(updated),
      "replaced": .int(replaced),
    ])
  }
}
