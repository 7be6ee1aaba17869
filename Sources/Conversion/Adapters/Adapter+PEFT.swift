internal import ByteIO
internal import Checkpoints
internal import Documents
internal import Failures
internal import Tensors

extension Adapter {
  /// The matrices of a module while they are gathered.
  private struct Draft {
    var a: Int?
    var b: Int?
    var magnitude: Int?
    var isEmbedding = false
  }

  /// Reads a folder of PEFT.
  init(
    peft path: String, _ reader: any CheckpointReader, _ pool: FilePool
  ) throws(ConversionError) {
    let file = Paths.join(path, Self.configurationName)
    let place = Place(file: file)
    guard FileIdentity.of(file) != nil else {
      throw ConversionError(.source, "there is no \(Self.configurationName)", at: place)
    }
    let bytes = try passing { () throws(ByteIOError) in
      try pool.file(file).readAll(limit: SourceCheckpoint.configurationLimit)
    }
    let document = try passing(at: place) { () throws(DocumentError) in
      try JSONValue.parse(bytes)
    }
    let configuration: AdapterConfiguration
    do throws(ConversionError) {
      configuration = try AdapterConfiguration(document)
    } catch { throw error.within(place) }
    var drafts: [String: Draft] = [:]
    var wholes: [String: Int] = [:]
    var wrapped: [String: Int] = [:]
    var leftovers: [String] = []
    var adapterName: String?
    for (index, spec) in reader.tensors.enumerated() {
      let name = AdapterTensorName(spec.name)
      let place = Place(file: path, tensor: spec.name)
      if let found = name.adapter {
        guard adapterName ?? found == found else {
          throw ConversionError(
            .adapterKind, "the file holds several adapters: '\(adapterName ?? "")', '\(found)'",
            at: place)
        }
        adapterName = found
      }
      var draft = drafts[name.module] ?? Draft()
      let before: Int?
      switch name.role {
      case .a, .embeddingA: (before, draft.a) = (draft.a, index)
      case .b, .embeddingB: (before, draft.b) = (draft.b, index)
      case .magnitude: (before, draft.magnitude) = (draft.magnitude, index)
      case .whole:
        guard wholes.updateValue(index, forKey: name.module) == nil else {
          throw ConversionError(.adapter, "'\(name.module)' stands there twice", at: place)
        }
        continue
      case .wrapped:
        guard wrapped.updateValue(index, forKey: name.module) == nil else {
          throw ConversionError(
            .adapter, "'\(name.module)' stands there under several adapters' names", at: place)
        }
        continue
      case .leftover:
        leftovers.append(spec.name)
        continue
      case .unknown:
        throw ConversionError(
          .adapterKind,
          "no role is known for this tensor; known are lora_A.weight, lora_B.weight, "
            + "lora_embedding_A, lora_embedding_B, lora_magnitude_vector and the model's own tensors",
          at: place)
      }
      draft.isEmbedding = draft.isEmbedding || [.embeddingA, .embeddingB].contains(name.role)
      guard before == nil else {
        throw ConversionError(.adapter, "the module '\(name.module)' has it twice", at: place)
      }
      drafts[name.module] = draft
    }
    var pairs: [Pair] = []
    for (module, draft) in drafts.sorted(by: { $0.key < $1.key }) {
      guard let a = draft.a, let b = draft.b else {
        throw ConversionError(
          .adapter, "the module has no \(draft.a == nil ? "A" : "B")",
          at: Place(file: path, tensor: module))
      }
      guard (draft.magnitude != nil) == configuration.usesMagnitudes else {
        throw ConversionError(
          .adapter,
          "'use_dora' is \(configuration.usesMagnitudes), but the module has "
            + (draft.magnitude == nil ? "no magnitudes" : "magnitudes"),
          at: Place(file: path, tensor: module))
      }
      pairs.append(
        Pair(
          target: module + ".weight", a: a, b: b, magnitude: draft.magnitude,
          isEmbedding: draft.isEmbedding, rank: configuration.rank(of: module),
          scale: configuration.scale(of: module)))
    }
    for (target, tensor) in wrapped {
      if wholes[target] == nil {
        wholes[target] = tensor
      } else {
        leftovers.append(reader.tensors[tensor].name)
      }
    }
    var warnings = reader.warnings
    if !leftovers.isEmpty {
      warnings.append(
        "tensors of wrappers, which PEFT does not read: "
          + leftovers.sorted().joined(separator: " "))
    }
    if !configuration.unknownKeys.isEmpty {
      warnings.append(
        "\(Self.configurationName) has keys that nothing describes: "
          + configuration.unknownKeys.joined(separator: " "))
    }
    try self.init(
      path: path, reader: reader, dialect: .huggingface, pairs: pairs,
      wholes: wholes.map { Whole(target: $0.key, tensor: $0.value) },
      isFanInFanOut: configuration.isFanInFanOut, baseModel: configuration.baseModel,
      invocationTokens: configuration.invocationTokens, warnings: warnings)
  }
}
