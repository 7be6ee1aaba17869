internal import Checkpoints
internal import Documents
internal import Failures
internal import Tensors

/// Keys and names of adapters in GGUF.
enum AdapterKey {
  /// What a GGUF holds: `model` or `adapter`.
  static let type = "general.type"
  /// The type of adapters.
  static let adapter = "adapter"
  /// The kind of an adapter.
  static let kind = "adapter.type"
  /// The only kind.
  static let lora = "lora"
  /// The scale of a tensor is this by its rank.
  static let alpha = "adapter.lora.alpha"
  /// Tokens behind which alone an adapter works.
  static let invocationTokens = "adapter.alora.invocation_tokens"
  /// Behind the name of a tensor: its A, [rank, in].
  static let a = ".lora_a"
  /// Behind the name of a tensor: its B, [out, rank].
  static let b = ".lora_b"
  /// The token embedding, whose A is stored as [rows, rank].
  static let embedding = "token_embd.weight"
}

extension Adapter {
  /// Reads a GGUF that holds an adapter.
  init(gguf path: String, _ reader: any CheckpointReader) throws(ConversionError) {
    let place = Place(file: path)
    let (type, kind) = (
      reader.metadata[AdapterKey.type]?.string ?? "nothing",
      reader.metadata[AdapterKey.kind]?.string ?? "nothing"
    )
    guard type == AdapterKey.adapter, kind == AdapterKey.lora else {
      throw ConversionError(
        .adapterKind,
        "\(AdapterKey.type) is '\(type)' and \(AdapterKey.kind) '\(kind)'; 'adapter' and 'lora' "
          + "were expected", at: place)
    }
    guard let alpha = reader.metadata[AdapterKey.alpha]?.double, alpha.isFinite else {
      throw ConversionError(.adapter, "the key \(AdapterKey.alpha) is missing", at: place)
    }
    var matrices: [String: (a: Int?, b: Int?)] = [:]
    var wholes: [Whole] = []
    for (index, spec) in reader.tensors.enumerated() {
      if spec.name.hasSuffix(AdapterKey.a) {
        matrices[String(spec.name.dropLast(AdapterKey.a.count)), default: (nil, nil)].a = index
      } else if spec.name.hasSuffix(AdapterKey.b) {
        matrices[String(spec.name.dropLast(AdapterKey.b.count)), default: (nil, nil)].b = index
      } else {
        wholes.append(Whole(target: spec.name, tensor: index))
      }
    }
    var pairs: [Pair] = []
    for (target, found) in matrices.sorted(by: { $0.key < $1.key }) {
      guard let a = found.a, let b = found.b else {
        throw ConversionError(
          .adapter, "it has no \(found.a == nil ? "lora_a" : "lora_b")",
          at: Place(file: path, tensor: target))
      }
      guard target != AdapterKey.embedding else {
        throw ConversionError(
          .adapterKind, "matrices of the token embedding are merged from PEFT's folder only",
          at: Place(file: path, tensor: target))
      }
      let rank = reader.tensors[b].shape.columns
      pairs.append(
        Pair(
          target: target, a: a, b: b, magnitude: nil, isEmbedding: false, rank: rank,
          scale: rank > 0 ? alpha / Double(rank) : 0))
    }
    let tokens = (reader.metadata[AdapterKey.invocationTokens]?.array).map { list in
      (0..<list.count).compactMap { list.element(at: $0)?.int }.compactMap(UInt32.init(exactly:))
    }
    try self.init(
      path: path, reader: reader, dialect: .gguf, pairs: pairs, wholes: wholes,
      invocationTokens: tokens ?? [], warnings: reader.warnings)
  }
}
