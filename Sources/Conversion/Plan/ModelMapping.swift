internal import Architectures
internal import Checkpoints
internal import Failures
internal import Quantization
internal import Tensors

/// Maps a source's tensors to those of another dialect, through a model.
struct ModelMapping {
  let model: Model
  let header: ReaderHeader
  let target: Dialect
  /// The prefix that Hugging Face names are to have instead of the usual one.
  let prefix: String?

  func make() throws(ConversionError) -> TensorMapping {
    let holders = Holders(model)
    let wanted = model.stored(in: target)
    var chains: [ChainKey: Movement] = [:]
    var mapping = TensorMapping(items: [])
    mapping.items.reserveCapacity(wanted.count)
    for stored in wanted {
      var item = try item(stored, holders, &chains)
      item.name = renamed(stored)
      mapping.items += parts(of: item)
    }
    for lost in model.lost(in: target) {
      guard let index = header.position(of: lost.name) else { continue }
      let spec = header.tensors[index]
      mapping.lost.append(
        Plan.LostTensor(
          name: lost.name, shape: spec.shape, encoding: spec.encoding, reason: lost.reason))
    }
    for copy in model.copies {
      guard let kept = header.position(of: copy.original),
        let dropped = header.position(of: copy.name)
      else {
        continue
      }
      mapping.checks.append(Plan.EqualityCheck(kept: kept, dropped: dropped))
    }
    return mapping
  }

  /// The tensors that a target of Hugging Face's dialect stores for one whose encoding is kept.
  private func parts(of item: TensorMapping.Item) -> [TensorMapping.Item] {
    guard target == .huggingface, item.isKept, let packing = Packings.of(item.encoding) else {
      return [item]
    }
    return packing.parts.map { part in
      var member = item
      member.name += part.suffix
      member.part = part
      return member
    }
  }

  /// Whether the description keeps the encoding of all tensors inside, and it is kept.
  private func isKept(_ stored: StoredTensor, _ encoding: Encoding) -> Bool {
    header.keepsPackings
      && stored.layout.parts.allSatisfy {
        model.architecture.rows[model.tensors[$0.tensor].row].kept == encoding
          && model.tensors[$0.tensor].member == .weight
      }
  }

  /// Which stored tensors of the source hold a canonical tensor.
  private struct Holders {
    let stored: [StoredTensor]
    /// The first holder of each canonical tensor, as an index of `stored`.
    private var first: [Int?]
    /// Where there are several, all of them.
    private var all: [Int: [Int]] = [:]

    init(_ model: Model) {
      stored = model.stored(in: model.dialect)
      first = Array(repeating: nil, count: model.tensors.count)
      for (index, tensor) in stored.enumerated() where tensor.derived == nil {
        for part in tensor.layout.parts {
          guard let known = first[part.tensor] else {
            first[part.tensor] = index
            continue
          }
          if (all[part.tensor]?.last ?? known) != index {
            all[part.tensor, default: [known]].append(index)
          }
        }
      }
    }

    /// The holders of a layout's parts, each once.
    func of(_ layout: StoredLayout) -> [StoredTensor] {
      if layout.parts.count == 1, all[layout.parts[0].tensor] == nil {
        return first[layout.parts[0].tensor].map { [stored[$0]] } ?? []
      }
      var indexes: [Int] = []
      for part in layout.parts {
        for index in all[part.tensor] ?? first[part.tensor].map({ [$0] }) ?? []
        where !indexes.contains(index) {
          indexes.append(index)
        }
      }
      return indexes.map { stored[$0] }
    }
  }

  /// All that a chain depends on: canonical tensors are counted from the target's first.
  private struct ChainKey: Hashable {
    let sources: [StoredLayout]
    let target: StoredLayout

    init(from sources: [StoredLayout], to target: StoredLayout) {
      var numbers: [Int: Int] = [:]
      func renumbered(_ layout: StoredLayout) -> StoredLayout {
        let parts = layout.parts.map { part in
          let number = numbers[part.tensor] ?? numbers.count
          numbers[part.tensor] = number
          return LayoutPart(tensor: number, slice: part.slice, shape: part.shape)
        }
        return StoredLayout(parts: parts, steps: layout.steps, isBias: layout.isBias)
      }
      self.target = renumbered(target)
      self.sources = sources.map(renumbered)
    }
  }

  /// How rows move, and what users read of it.
  private struct Movement {
    let chain: LayoutChain
    let text: String?
  }

  private func item(
    _ stored: StoredTensor, _ holders: Holders, _ chains: inout [ChainKey: Movement]
  ) throws(ConversionError) -> TensorMapping.Item {
    if let values = stored.derived {
      return TensorMapping.Item(
        name: stored.name, shape: stored.shape, origin: .values(values), encoding: Encoding(.f32))
    }
    let sources = holders.of(stored.layout)
    var indexes: [Int] = []
    for source in sources {
      guard let index = header.position(of: source.name) else {
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
    let specs = header.tensors
    let encoding = specs[first].encoding
    for index in indexes where specs[index].encoding != encoding {
      throw ConversionError(
        .cannotHold,
        "its parts have different types: \(specs[first].name) is \(encoding), "
          + "\(specs[index].name) is \(specs[index].encoding)",
        at: Place(tensor: stored.name))
    }
    // Most tensors are one tensor in both dialects, stored alike.
    if sources.count == 1, stored.layout.parts.count == 1, sources[0].layout == stored.layout {
      return TensorMapping.Item(
        name: stored.name, shape: stored.shape, origin: .source(SourceMap(tensor: first)),
        encoding: encoding, isKept: isKept(stored, encoding))
    }
    let key = ChainKey(from: sources.map(\.layout), to: stored.layout)
    let movement: Movement
    if let known = chains[key] {
      movement = known
    } else {
      movement = try self.movement(sources, stored)
      chains[key] = movement
    }
    return TensorMapping.Item(
      name: stored.name, shape: stored.shape,
      origin: .source(SourceMap(tensors: indexes, chain: movement.chain)), encoding: encoding,
      layoutText: movement.text, isKept: isKept(stored, encoding))
  }

  private func movement(
    _ sources: [StoredTensor], _ stored: StoredTensor
  ) throws(ConversionError) -> Movement {
    let chain = try passing(at: Place(tensor: stored.name)) { () throws(TensorError) in
      try LayoutChain(from: sources.map(\.layout), to: stored.layout)
    }
    return Movement(chain: chain, text: chain.isIdentity ? nil : layoutText(sources, stored))
  }

  /// A Hugging Face name under the prefix asked for; names outside any prefix, as those of heads,
  /// stay.
  private func renamed(_ stored: StoredTensor) -> String {
    guard target == .huggingface, let prefix, let part = stored.layout.parts.first else {
      return stored.name
    }
    let prefixes = model.architecture.prefixes
    guard prefixes.contains(prefix), let usual = prefixes.first else { return stored.name }
    let row = model.architecture.rows[model.tensors[part.tensor].row]
    guard row.names[target]?.text.hasPrefix(usual) == true,
      let known = prefixes.filter(stored.name.hasPrefix).max(by: { $0.count < $1.count })
    else { return stored.name }
    return prefix + stored.name.dropFirst(known.count)
  }

  /// The steps of both sides; those that both begin with undo one another if nothing is taken apart.
  private func layoutText(_ sources: [StoredTensor], _ stored: StoredTensor) -> String {
    let from = sources.first?.layout.steps ?? []
    let to = stored.layout.steps
    var common = 0
    if sources.count == 1, sources[0].layout.parts == stored.layout.parts {
      while common < min(from.count, to.count), from[common] == to[common] { common += 1 }
    }
    let undone = from[common...].reversed().map { "undo \($0)" }
    return (undone + to[common...].map(\.description)).joined(separator: " > ")
  }
}
