internal import ByteIO
internal import Checkpoints
internal import Failures
internal import Tensors

/// Finds the tensors of a base model that adapters change, and checks that they fit.
struct AdapterMerge: Sendable {
  /// The base model.
  let base: any CheckpointReader
  let adapters: [Adapter]
  /// By the index of the base model's tensor.
  private(set) var changes: [Int: TensorChange] = [:]
  /// What plans say of each adapter.
  private(set) var planned: [PlannedAdapter] = []
  private(set) var warnings: [String] = []

  private let names: AdapterTargets
  private let dialect: Dialect

  /// Opens the adapters.
  ///
  /// - Parameter widens: whether stacked tensors may be made of several of the base model's: all parts
  ///   of one with a changed part are then read as f32.
  /// - Throws: `.adapter` and `.adapterKind` for the first module that does not fit.
  init(
    _ requests: [AdapterRequest], base source: SourceCheckpoint, widens: Bool
  ) throws(ConversionError) {
    base = source.reader
    dialect = base.dialect ?? base.format.dialect ?? .huggingface
    names = AdapterTargets(base.tensors.map(\.name))
    var adapters: [Adapter] = []
    for request in requests { adapters.append(try Adapter(request.path, pool: source.pool)) }
    self.adapters = adapters
    for (index, request) in requests.enumerated() { try add(index, request) }
    try followSharedStorage()
    if widens { widenPartners() }
  }

  private mutating func add(_ index: Int, _ request: AdapterRequest) throws(ConversionError) {
    let adapter = adapters[index]
    let place = Place(file: adapter.path)
    guard adapter.dialect == dialect else {
      throw ConversionError(
        .adapter,
        "the adapter has \(adapter.dialect) names, the model \(dialect) names; "
          + "lathe convert makes a GGUF of a PEFT folder", at: place)
    }
    guard adapter.invocationTokens.isEmpty else {
      throw ConversionError(
        .adapterKind,
        "the adapter works only behind its invocation tokens: merged weights would always have it",
        at: place)
    }
    var own: Set<Int> = []
    for whole in adapter.wholes { try replace(index, whole, &own) }
    let replaced = own
    own = []
    for pair in adapter.pairs { try add(index, pair, request.scale, &own) }
    planned.append(
      PlannedAdapter(
        path: adapter.path, scale: request.scale, updated: own.count, replaced: replaced.count))
    warnings += adapter.warnings.map { "\(adapter.path): \($0)" }
  }

  private func target(
    _ name: String, _ adapter: Adapter, _ seen: inout Set<Int>
  ) throws(ConversionError) -> Int {
    let place = Place(file: adapter.path, tensor: name)
    guard let target = try names.find(name, at: place) else {
      throw ConversionError(
        .adapter, "the model has no tensor of that name" + names.hint(for: name), at: place)
    }
    guard seen.insert(target).inserted else {
      throw ConversionError(
        .adapter, "the adapter changes '\(base.tensors[target].name)' twice", at: place)
    }
    return target
  }

  private mutating func replace(
    _ index: Int, _ whole: Adapter.Whole, _ seen: inout Set<Int>
  ) throws(ConversionError) {
    let adapter = adapters[index]
    let target = try target(whole.target, adapter, &seen)
    let (old, new) = (base.tensors[target], adapter.reader.tensors[whole.tensor])
    guard old.shape == new.shape else {
      throw adapter.failure(
        "has the shape \(new.shape), the model's '\(old.name)' has \(old.shape)", new)
    }
    guard changes[target] == nil else {
      throw adapter.failure("replaces what an adapter before it changes", new)
    }
    guard Numbers.canRead(new.encoding), Numbers.canRead(old.encoding) else {
      throw adapter.failure(
        "has the type \(new.encoding), the model's '\(old.name)' has \(old.encoding); floats were "
          + "expected", new)
    }
    changes[target] = TensorChange(stored: old.encoding, replacement: (index, whole.tensor))
  }

  private mutating func add(
    _ index: Int, _ pair: Adapter.Pair, _ factor: Double, _ seen: inout Set<Int>
  ) throws(ConversionError) {
    let adapter = adapters[index]
    let target = try target(pair.target, adapter, &seen)
    let spec = base.tensors[target]
    let place = Place(file: adapter.path, tensor: pair.target)
    guard Numbers.canRead(spec.encoding) else {
      throw ConversionError(
        .adapter, "the model stores it as \(spec.encoding), which is no type of real numbers",
        at: place)
    }
    let isTransposed = try orientation(pair, adapter, spec)
    guard pair.magnitude == nil || !isTransposed else {
      throw ConversionError(
        .adapterKind,
        "magnitudes (DoRA) of embeddings and of layers that store [in, out] are not "
          + "supported", at: place)
    }
    let scale = Float(pair.scale * factor)
    guard scale.isFinite else {
      throw ConversionError(.adapter, "the scale \(pair.scale * factor) is beyond f32", at: place)
    }
    changes[target, default: TensorChange(stored: spec.encoding)].updates.append(
      TensorChange.Update(adapter: index, pair: pair, isTransposed: isTransposed, scale: scale))
  }

  /// Whether rows of the stored tensor are columns of A.
  private func orientation(
    _ pair: Adapter.Pair, _ adapter: Adapter, _ spec: TensorSpec
  ) throws(ConversionError) -> Bool {
    let (out, input) = adapter.counts(of: pair)
    let straight = Shape([out, input])
    let transposed = Shape([input, out])
    if pair.isEmbedding {
      if spec.shape == transposed { return true }
    } else if spec.shape == straight || spec.shape == transposed {
      return straight == transposed ? adapter.isFanInFanOut : spec.shape == transposed
    }
    throw ConversionError(
      .adapter,
      "the product of B and A has the shape \(pair.isEmbedding ? transposed : straight), the model's "
        + "'\(spec.name)' has \(spec.shape)", at: Place(file: adapter.path, tensor: pair.target))
  }

  /// Tensors that are one in the source stay one: what changes one of them changes all.
  private mutating func followSharedStorage() throws(ConversionError) {
    struct Storage: Hashable {
      let name: String
      let offset: UInt64
      let shape: Shape
    }
    var groups: [Storage: [Int]] = [:]
    for (index, spec) in base.tensors.enumerated() {
      guard let name = spec.sharedStorage else { continue }
      groups[Storage(name: name, offset: spec.fileOffset, shape: spec.shape), default: []]
        .append(index)
    }
    for group in groups.values where group.count > 1 {
      let changed = group.filter { changes[$0] != nil }
      guard let first = changed.first else { continue }
      guard changed.count == 1 else {
        throw ConversionError(
          .adapter,
          "the model stores '\(base.tensors[changed[0]].name)' and '\(base.tensors[changed[1]].name)' "
            + "once, and the adapters change both", at: Place(file: adapters.first?.path))
      }
      for index in group { changes[index] = changes[first] }
    }
  }

  /// Experts of one layer become one tensor of a GGUF, which has one type.
  private mutating func widenPartners() {
    let specs = base.tensors
    var families: Set<String> = []
    for index in changes.keys {
      if let family = Self.family(of: specs[index].name) { families.insert(family) }
    }
    guard !families.isEmpty else { return }
    for (index, spec) in specs.enumerated() where changes[index] == nil {
      guard let family = Self.family(of: spec.name), families.contains(family),
        Numbers.canRead(spec.encoding)
      else { continue }
      changes[index] = TensorChange(stored: spec.encoding, isWidened: true)
    }
  }

  /// A name of layer and expert with a star for the expert; nil for names with fewer numbers.
  private static func family(of name: String) -> String? {
    var segments = name.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = segments.indices.filter { Int(segments[$0]) != nil }
    guard numbers.count >= 2, let last = numbers.last else { return nil }
    segments[last] = "*"
    return segments.joined(separator: ".")
  }
}
