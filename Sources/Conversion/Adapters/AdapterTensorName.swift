/// What the name of an adapter's tensor says: of which module, and in which role.
struct AdapterTensorName: Hashable {
  /// The part that a tensor plays.
  enum Role: Hashable {
    /// [rank, in].
    case a
    /// [out, rank].
    case b
    /// [rank, rows of the embedding].
    case embeddingA
    /// [columns of the embedding, rank].
    case embeddingB
    /// [out].
    case magnitude
    /// A tensor of the model itself, trained along.
    case whole
    /// The same under a wrapper's name; counts if there is no other.
    case wrapped
    /// What a wrapper keeps of the base model; PEFT saves it in places and never reads it.
    case leftover
    /// Nothing that is known.
    case unknown
  }

  /// The module's name in the model; of a whole tensor, the tensor's.
  let module: String
  let role: Role
  /// The adapter's name where the tensor's name has it: `default`.
  let adapter: String?

  /// What PEFT puts before the names of the model's modules.
  static let prefix = "base_model.model."

  /// Words behind a module's name, with the words that may stand behind an adapter's name.
  private static let words: [(word: String, role: Role)] = [
    ("lora_A", .a), ("lora_B", .b), ("lora_embedding_A", .embeddingA),
    ("lora_embedding_B", .embeddingB), ("lora_magnitude_vector", .magnitude),
  ]

  /// Reads the name of a tensor of a PEFT adapter.
  init(_ name: String) {
    let full = name.hasPrefix(Self.prefix) ? String(name.dropFirst(Self.prefix.count)) : name
    let segments = full.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let position = segments.lastIndex(where: { $0.hasPrefix("lora_") }) else {
      (module, role) = Self.plain(segments)
      adapter = nil
      return
    }
    var rest = Array(segments[(position + 1)...])
    let known = Self.words.first { $0.word == segments[position] }
    // Matrices are weights of modules, those of embeddings parameters; magnitudes were both.
    let isWeight = rest.last == "weight"
    if isWeight { rest.removeLast() }
    let fits: Bool
    switch known?.role {
    case .a, .b: fits = isWeight
    case .embeddingA, .embeddingB: fits = !isWeight
    default: fits = known != nil
    }
    module = segments[..<position].joined(separator: ".")
    role = fits && rest.count <= 1 && !module.isEmpty ? known?.role ?? .unknown : .unknown
    adapter = rest.first
  }

  /// The model's own name of a tensor that was trained along: without the words of the wrappers.
  private static func plain(_ segments: [String]) -> (String, Role) {
    var result: [String] = []
    var role = Role.whole
    var index = 0
    while index < segments.count {
      let segment = segments[index]
      index += 1
      switch segment {
      case "base_layer": continue
      case "modules_to_save":
        role = .wrapped
        // The adapter's name behind it is 'default' unless somebody chose another one.
        if index + 1 < segments.count { index += 1 }
      case "original_module": role = .leftover
      case "token_adapter": role = .unknown
      default: result.append(segment)
      }
    }
    return (result.joined(separator: "."), role)
  }
}
