internal import Architectures
internal import Checkpoints
internal import Failures
internal import Tensors

/// An adapter's matrices under the names and in the layout of a GGUF.
///
/// Steps that move rows of a weight move the rows of its B. An expert's matrices become slices of
/// stacks, as the weights do. Layouts that are no map of rows are refused.
struct AdapterTranslation {
  let adapter: Adapter
  let model: Model
  /// What the scale of each tensor is, times its rank.
  private(set) var alpha: Float = 0
  private(set) var outputs: [TranslatedReader.Output] = []
  private(set) var lost: [Plan.LostTensor] = []
  private(set) var warnings: [String] = []

  private let stored: [StoredTensor]
  /// By index of `stored`.
  private var pairs: [Int: Adapter.Pair] = [:]
  private var wholes: [Int: Adapter.Whole] = [:]
  private var used: Set<Int> = []
  private var folded: [String] = []

  /// - Parameter isForced: whether what llama.cpp does not read is left out instead of refused.
  init(
    _ adapter: Adapter, _ model: Model, isForced: Bool
  ) throws(ConversionError) {
    self.adapter = adapter
    self.model = model
    stored = model.stored(in: .huggingface).filter { $0.derived == nil }
    try findTargets()
    try checkKinds(isForced)
    try chooseAlpha()
    var holders: [Int: [Int]] = [:]
    for (index, tensor) in stored.enumerated() {
      for part in tensor.layout.parts where holders[part.tensor]?.last != index {
        holders[part.tensor, default: []].append(index)
      }
    }
    for target in model.stored(in: .gguf) where target.derived == nil {
      var sources: [Int] = []
      for part in target.layout.parts {
        for index in holders[part.tensor] ?? [] where !sources.contains(index) {
          sources.append(index)
        }
      }
      try add(target, sources)
    }
    try checkAllUsed()
    if !folded.isEmpty {
      warnings.append(
        "a GGUF has one alpha for all tensors, \(alpha): the difference is multiplied into lora_b of "
          + folded.prefix(4).joined(separator: ", ") + (folded.count > 4 ? " ..." : ""))
    }
  }

  // MARK: Matching

  private mutating func findTargets() throws(ConversionError) {
    let names = AdapterTargets(stored.map(\.name))
    func find(_ name: String) throws(ConversionError) -> Int {
      let place = Place(file: adapter.path, tensor: name)
      guard let index = try names.find(name, at: place) else {
        throw ConversionError(
          .adapter,
          "the base model (\(model.className)) has no tensor of that name" + names.hint(for: name),
          at: place)
      }
      return index
    }
    for pair in adapter.pairs {
      let index = try find(pair.target)
      guard pairs.updateValue(pair, forKey: index) == nil else {
        throw ConversionError(
          .adapter, "the adapter changes '\(stored[index].name)' twice", at: place(pair))
      }
      let (out, input) = adapter.counts(of: pair)
      let isTurned = pair.isEmbedding || stored[index].layout.isTransposed
      let shape = isTurned ? Shape([input, out]) : Shape([out, input])
      guard shape == stored[index].shape else {
        throw ConversionError(
          .adapter,
          "the product of B and A has the shape \(shape), the base model's '\(stored[index].name)' "
            + "has \(stored[index].shape)", at: place(pair))
      }
    }
    for whole in adapter.wholes {
      let index = try find(whole.target)
      guard wholes.updateValue(whole, forKey: index) == nil else {
        throw ConversionError(
          .adapter, "the adapter replaces '\(stored[index].name)' twice",
          at: Place(file: adapter.path, tensor: whole.target))
      }
    }
  }

  /// - Throws: `.adapterKind` for magnitudes, `.policy` for tensors trained along.
  private func checkKinds(_ isForced: Bool) throws(ConversionError) {
    if let pair = adapter.pairs.first(where: { $0.magnitude != nil }) {
      throw ConversionError(
        .adapterKind,
        "a GGUF cannot express magnitudes (DoRA); --merge-lora merges the adapter into its model",
        at: place(pair))
    }
    guard let first = adapter.wholes.first, !isForced else { return }
    throw ConversionError(
      .policy,
      "llama.cpp reads only pairs of matrices from an adapter: it would do without "
        + "\(ByteText.count(adapter.wholes.count, "tensor")) trained along, such as "
        + "'\(first.target)'; --merge-lora keeps them, --force-lossy-architecture goes on",
      at: Place(file: adapter.path))
  }

  /// The alpha of most tensors; not zero, by which others could not be divided, unless all are.
  private mutating func chooseAlpha() throws(ConversionError) {
    var counts: [Float: Int] = [:]
    for pair in adapter.pairs {
      let own = Self.alpha(of: pair)
      guard own.isFinite else {
        throw ConversionError(.adapter, "its alpha is beyond f32", at: place(pair))
      }
      if own != 0 { counts[own, default: 0] += 1 }
    }
    alpha = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
  }

  /// What by the rank is the pair's scale.
  private static func alpha(of pair: Adapter.Pair) -> Float {
    Float(pair.scale * Double(pair.rank))
  }

  private func checkAllUsed() throws(ConversionError) {
    let left = pairs.filter { !used.contains($0.key) }.map(\.value.target).sorted()
    guard let first = left.first else { return }
    throw ConversionError(
      .adapter,
      "the GGUF of the base model has no tensor for \(ByteText.count(left.count, "module")) of the "
        + "adapter, such as '\(first)'", at: Place(file: adapter.path))
  }

  private func place(_ pair: Adapter.Pair) -> Place {
    Place(file: adapter.path, tensor: pair.target)
  }
}

// MARK: - Outputs

extension AdapterTranslation {
  private mutating func add(
    _ target: StoredTensor, _ sources: [Int]
  ) throws(ConversionError) {
    if sources.count == 1, let whole = wholes[sources[0]] { try add(whole, target, sources[0]) }
    let own = sources.compactMap { pairs[$0] }
    guard let first = own.first else { return }
    if first.isEmbedding { return try addEmbedding(first, target, sources) }
    guard own.count == sources.count else {
      throw refused(target, first, "only some of the tensors that it is made of have matrices")
    }
    let chain = try chain(target, sources, first)
    let stack = try stack(target, sources, own)
    let (_, input) = adapter.counts(of: first)
    let axes = target.shape.axes
    guard chain.columns == input, axes.last == input, chain.rowCount == target.shape.rows,
      axes.count == (stack == nil ? 2 : 3)
    else { throw refused(target, first, "its rows are not those of the module") }
    used.formUnion(sources)
    let stacked = Array(axes.dropLast(2))
    outputs.append(
      TranslatedReader.Output(
        name: target.name + AdapterKey.a, shape: Shape(stacked + [first.rank, input]),
        content: .whole((stack ?? own).map(\.a))))
    outputs.append(
      TranslatedReader.Output(
        name: target.name + AdapterKey.b, shape: Shape(axes.dropLast() + [first.rank]),
        content: .rows(own.map(\.b), chain, factor: factor(first, target.name))))
  }

  /// What B is multiplied with, so that one alpha is right for all.
  private mutating func factor(_ pair: Adapter.Pair, _ name: String) -> Float {
    let own = Self.alpha(of: pair)
    guard own != alpha else { return 1 }
    folded.append(name)
    return own / alpha
  }

  private func chain(
    _ target: StoredTensor, _ sources: [Int], _ pair: Adapter.Pair
  ) throws(ConversionError) -> LayoutChain {
    let layouts = sources.map { stored[$0].layout }
    guard !target.layout.isTransposed else {
      throw refused(target, pair, "it is stored transposed")
    }
    let chain = try passing(at: place(pair)) { () throws(TensorError) in
      try LayoutChain(from: layouts, to: target.layout)
    }
    let turnsOnly = zip(chain.before, layouts).allSatisfy { operations, layout in
      operations.count == (layout.isTransposed ? 1 : 0)
    }
    guard chain.after.isEmpty, turnsOnly else {
      throw refused(target, pair, "its layout needs more than moving rows")
    }
    return chain
  }

  /// The pairs in the order of a stack's slices; nil for a tensor that is made of one.
  private func stack(
    _ target: StoredTensor, _ sources: [Int], _ own: [Adapter.Pair]
  ) throws(ConversionError) -> [Adapter.Pair]? {
    guard own.count > 1, let first = own.first else { return nil }
    var slices: [(slice: Int, pair: Adapter.Pair)] = []
    for (index, pair) in zip(sources, own) {
      let parts = stored[index].layout.parts
      guard target.layout.parts.count == 1, parts.count == 1, let slice = parts[0].slice else {
        throw refused(
          target, first, "it joins several modules, whose A would have to be the same")
      }
      guard adapter.counts(of: pair) == adapter.counts(of: first), pair.rank == first.rank,
        Self.alpha(of: pair) == Self.alpha(of: first),
        adapter.reader.tensors[pair.a].encoding == adapter.reader.tensors[first.a].encoding,
        adapter.reader.tensors[pair.b].encoding == adapter.reader.tensors[first.b].encoding
      else { throw refused(target, first, "its slices differ in rank, alpha or type") }
      slices.append((slice, pair))
    }
    return slices.sorted { $0.slice < $1.slice }.map(\.pair)
  }

  /// The token embedding: llama.cpp looks rows of A up, so A is stored as [rows, rank].
  private mutating func addEmbedding(
    _ pair: Adapter.Pair, _ target: StoredTensor, _ sources: [Int]
  ) throws(ConversionError) {
    guard target.name == AdapterKey.embedding else {
      throw refused(target, pair, "llama.cpp has matrices for the token embedding only")
    }
    guard sources.count == 1, try chain(target, sources, pair).isIdentity else {
      throw refused(target, pair, "its rows are not those of the module")
    }
    used.formUnion(sources)
    let (columns, rows) = adapter.counts(of: pair)
    outputs.append(
      TranslatedReader.Output(
        name: target.name + AdapterKey.a, shape: Shape([rows, pair.rank]),
        content: .transposed(pair.a)))
    let factor = factor(pair, target.name)
    let shape = Shape([columns, pair.rank])
    let part = LayoutPart(tensor: 0, shape: shape)
    let same = StoredLayout(parts: [part], steps: [], isBias: false)
    let chain = try passing(at: place(pair)) { () throws(TensorError) in
      try LayoutChain(from: [same], to: same)
    }
    outputs.append(
      TranslatedReader.Output(
        name: target.name + AdapterKey.b, shape: shape,
        content: .rows([pair.b], chain, factor: factor)))
  }

  /// A norm goes along as it does with the peer, although llama.cpp passes over it; others do not.
  private mutating func add(
    _ whole: Adapter.Whole, _ target: StoredTensor, _ source: Int
  ) throws(ConversionError) {
    let spec = adapter.reader.tensors[whole.tensor]
    guard spec.shape == stored[source].shape else {
      throw adapter.failure(
        "has the shape \(spec.shape), the base model's '\(stored[source].name)' has "
          + "\(stored[source].shape)", spec)
    }
    let chain = try passing(at: Place(file: adapter.path, tensor: spec.name)) {
      () throws(TensorError) in
      try LayoutChain(from: [stored[source].layout], to: target.layout)
    }
    guard target.name.hasSuffix("_norm.weight"), chain.isIdentity else {
      lost.append(
        Plan.LostTensor(
          name: spec.name, shape: spec.shape, encoding: spec.encoding,
          reason: "llama.cpp refuses an adapter with other tensors than matrices and norms"))
      return
    }
    warnings.append("llama.cpp passes over '\(target.name)' of an adapter")
    outputs.append(
      TranslatedReader.Output(name: target.name, shape: spec.shape, content: .whole([whole.tensor]))
    )
  }

  private func refused(
    _ target: StoredTensor, _ pair: Adapter.Pair, _ why: String
  ) -> ConversionError {
    ConversionError(
      .adapterKind, "no matrices can be made for '\(target.name)': \(why)",
      at: Place(file: adapter.path, tensor: pair.target))
  }
}
