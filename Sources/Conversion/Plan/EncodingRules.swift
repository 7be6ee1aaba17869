internal import Architectures
internal import Checkpoints
internal import Quantization
internal import Tensors

/// Chooses the encoding of each output tensor.
struct EncodingRules {
  let choice: TypeChoice
  let format: any FileFormat.Type
  /// Whether the output's names follow the target format's conventions.
  let conventions: Conventions

  /// What the conventions of the target's names mean for types.
  enum Conventions {
    /// The names are anybody's: nothing follows from them.
    case unknown
    /// The names were those of the target before: what readers demand is there already.
    case kept
    /// The names are made anew: what readers demand is brought about.
    case applied
  }

  /// What was chosen, and what did not fit.
  struct Decision {
    var encoding: Encoding
    var fallback: (wanted: Encoding, reason: String)?
  }

  /// The encoding of a tensor that is stored as `origin`.
  ///
  /// - Parameter chosen: what the recipe says of the tensor; nil if there is no recipe.
  /// - Throws: `.cannotHold` if nothing that the target holds keeps its values.
  func decide(
    name: String, shape: Shape, origin: Encoding, chosen: RecipeDecision? = nil
  ) throws(ConversionError) -> Decision {
    if conventions != .unknown, let fixed = conventional(name, shape, origin) {
      let isWanted = conventions == .applied || choice.isAsking(for: fixed)
      return Decision(encoding: isWanted ? fixed : try exact(name, shape, origin))
    }
    var decision = Decision(encoding: origin)
    switch choice {
    case .source: return Decision(encoding: try exact(name, shape, origin))
    case .encoding(let wanted):
      if !isNumeric(origin) { return Decision(encoding: try exact(name, shape, origin)) }
      decision.encoding = wanted
    case .recipe:
      guard let wanted = chosen?.choice.encoding else {
        return Decision(encoding: try exact(name, shape, origin))
      }
      decision.encoding = wanted
      decision.fallback = chosen?.fallback.map { ($0.wanted, $0.reason) }
    }
    guard format.canHold(decision.encoding) else {
      throw ConversionError(
        .cannotHold,
        "\(format.id) has no type \(decision.encoding); it has "
          + TypeChoice.writable.filter(format.canHold).map(\.name).joined(separator: " "),
        at: .init(tensor: name))
    }
    return decision
  }

  /// What readers of the target's dialect demand whatever type is asked for.
  ///
  /// ggml computes with norms, biases, positions, routers, short convolutions and whatever is no
  /// `weight` in f32 only.
  private func conventional(_ name: String, _ shape: Shape, _ origin: Encoding) -> Encoding? {
    guard format.dialect == .gguf, isFloat(origin) else { return nil }
    let isComputed =
      shape.rank <= 1 || Self.alwaysF32.contains(where: name.hasSuffix)
      || !Self.quantizable.contains(where: name.hasSuffix)
    return isComputed ? Encoding(.f32) : nil
  }

  /// Endings of names whose tensors may have other types.
  private static let quantizable = [".weight", ".lora_a", ".lora_b"]

  private static let alwaysF32 = [
    "_norm.weight", "position_embd.weight", "token_types.weight", "ffn_gate_inp.weight",
    "ffn_gate_inp_shexp.weight", "ssm_conv1d.weight",
  ]

  /// The same encoding, or the narrowest one of the target that holds every value.
  private func exact(
    _ name: String, _ shape: Shape, _ origin: Encoding
  ) throws(ConversionError) -> Encoding {
    if format.canHold(origin) { return origin }
    let candidates = ScalarType.all.filter { type in
      guard format.canHold(Encoding(type)) else { return false }
      if let scalar = origin.scalarType { return type.holdsExactly(scalar) }
      return type == .f32 && QuantType.named(origin.name)?.codec != nil
    }
    guard let best = candidates.min(by: { $0.bits < $1.bits }) else {
      throw ConversionError(
        .cannotHold,
        "\(format.id) has no type that holds every \(origin); --type chooses one with a loss: "
          + TypeChoice.writable.filter(format.canHold).map(\.name).joined(separator: " "),
        at: .init(tensor: name))
    }
    return Encoding(best)
  }

  private func isFloat(_ encoding: Encoding) -> Bool {
    encoding.scalarType.map { $0.kind == .float } ?? true
  }

  private func isNumeric(_ encoding: Encoding) -> Bool { isFloat(encoding) }
}
