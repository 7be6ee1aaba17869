internal import Checkpoints
internal import Documents
internal import Failures
internal import Tokenizers

extension MetadataChanges {
  /// What applying the changes to a header gave.
  struct Result {
    var metadata: Metadata
    var warnings: [String] = []
    /// Patterns of keys to be removed that matched nothing.
    var unmatched: [String] = []
  }

  /// Applies the changes, in their order.
  ///
  /// - Throws: `.policy` for keys that are protected and types that change, `.options` for texts that
  ///   are no value.
  func apply(
    to metadata: Metadata, _ values: HeaderValues
  ) throws(ConversionError) -> Result {
    var result = Result(metadata: metadata)
    for change in list {
      switch change {
      case .set(let key, let text):
        try put(key, try Self.value(of: key, text, result.metadata, values), values, &result)
      case .put(let key, let value): try put(key, value, values, &result)
      case .name(let key, let value):
        try Self.checkTyped(values, "'\(key)'")
        try put(key, value, values, &result)
      case .token(let role, let text):
        try Self.checkTyped(values, "special tokens")
        let (key, id) = try Self.token(role, text, &result)
        try put(key, .u32(id), values, &result)
      case .template(let name, let text):
        try Self.checkTyped(values, "chat template")
        for (key, value) in Self.templateKeys(name, text, result.metadata) {
          try put(key, value, values, &result)
        }
      case .remove(let pattern): try remove(pattern, values, &result)
      }
    }
    if values == .texts { Self.checkTexts(metadata, &result) } else { Self.checkTokens(&result) }
    for (key, value) in result.metadata where metadata[key] != value {
      if case .array(.arrays) = value {
        result.warnings.append("'\(key)' is a list of lists, which llama.cpp refuses")
      }
    }
    return result
  }

  /// - Throws: `.options` if the header holds texts only.
  static func checkTyped(_ values: HeaderValues, _ what: String) throws(ConversionError) {
    guard values == .typed else {
      throw ConversionError(
        .options,
        "this format's header has no \(what); in a model's folder they stand in its JSON files")
    }
  }

  private static func value(
    of key: String, _ text: String, _ keys: Metadata, _ values: HeaderValues
  ) throws(ConversionError) -> MetadataValue {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw ConversionError(
        .options,
        "'\(key)=\(text)' is not of the form KEY=TYPE:VALUE; types are "
          + MetadataType.names)
    }
    let word = String(parts[0])
    let rest = String(parts[1])
    let expected = keys[key].flatMap { MetadataType($0.typeName) } ?? KnownKeys.type(of: key)
    let choices: [MetadataType]
    switch word.lowercased() {
    case "int":
      let integers: [MetadataType.Scalar] = [.u32, .i32, .u64, .i64, .u8, .i8, .u16, .i16]
      let types = integers.map(MetadataType.scalar)
      choices = expected.flatMap { types.contains($0) ? [$0] : nil } ?? Array(types[..<4])
    case "float":
      choices = expected == .scalar(.f64) ? [.scalar(.f64)] : [.scalar(.f32)]
    default:
      guard let type = MetadataType(word) else {
        throw ConversionError(
          .options, "'\(word)' of '\(key)' is no type; types are \(MetadataType.names)")
      }
      choices = [type]
    }
    guard let value = choices.lazy.compactMap({ $0.value(rest) }).first else {
      throw ConversionError(
        .options,
        "'\(rest)' is no value of the type '\(word)' for '\(key)'"
          + (word.contains("[") || word.contains("<") ? "; lists are written as JSON" : ""))
    }
    return value
  }

  private func put(
    _ key: String, _ value: MetadataValue, _ values: HeaderValues, _ result: inout Result
  ) throws(ConversionError) {
    if values == .typed {
      try check(key)
      if !forcesTypes {
        if let before = result.metadata[key], before.typeName != value.typeName {
          throw Self.changesType(key, from: before.typeName, to: value)
        }
        if result.metadata[key] == nil, let type = KnownKeys.type(of: key), !type.fits(value) {
          throw Self.changesType(key, from: type.description, to: value)
        }
      }
    }
    result.metadata[key] = value
  }

  private static func changesType(
    _ key: String, from type: String, to value: MetadataValue
  ) -> ConversionError {
    ConversionError(
      .policy,
      "'\(key)' is \(type), not \(value.typeName); --force-type changes its type")
  }

  /// - Throws: `.policy` for a key that may not be changed.
  private func check(_ key: String) throws(ConversionError) {
    if let reason = KnownKeys.protection(of: key) {
      throw ConversionError(.policy, "'\(key)' is not to be changed: \(reason)")
    }
    guard key != GGUFKey.architecture || forcesArchitecture else {
      throw ConversionError(
        .policy,
        "'\(key)' says which program code reads the tensors and how all other keys are called; "
          + "--force-architecture changes it")
    }
  }

  private func remove(
    _ pattern: String, _ values: HeaderValues, _ result: inout Result
  ) throws(ConversionError) {
    let glob = Glob(pattern)
    let keys = result.metadata.keys.filter(glob.matches)
    if keys.isEmpty { result.unmatched.append(pattern) }
    for key in keys {
      if values == .typed {
        // A pattern means what may be removed, a name means that key.
        if key != pattern, KnownKeys.protection(of: key) != nil || key == GGUFKey.architecture {
          continue
        }
        try check(key)
      }
      result.metadata[key] = nil
    }
  }

  private static func token(
    _ role: String, _ text: String, _ result: inout Result
  ) throws(ConversionError) -> (key: String, id: UInt32) {
    let named = SpecialRole.all.first { $0.name == role }?.idKey
    let key = named ?? "tokenizer.ggml.\(role)_token_id"
    guard named != nil || KnownKeys.type(of: key) != nil else {
      let roles = SpecialRole.all.filter { $0.idKey != nil }.map(\.name).joined(separator: " ")
      throw ConversionError(
        .options, "'\(role)' is no special token; there are \(roles) fim_pre ...")
    }
    guard let tokens = result.metadata[KnownKeys.tokens]?.strings else {
      throw ConversionError(.key, "the file has no '\(KnownKeys.tokens)' to find '\(text)' in")
    }
    if let id = UInt32(text) {
      guard id < tokens.count else {
        throw ConversionError(.options, "there is no token \(id) among \(tokens.count)")
      }
      return (key, id)
    }
    let wanted = Array(text.utf8)
    let found = tokens.indices.filter { tokens.utf8(at: $0).elementsEqual(wanted) }
    guard let first = found.first, let id = UInt32(exactly: first) else {
      throw ConversionError(.options, "no token is '\(text)' among \(tokens.count)")
    }
    if found.count > 1 {
      result.warnings.append(
        "tokens \(found.prefix(4).map(String.init).joined(separator: ", ")) are all '\(text)'; "
          + "the first is taken")
    }
    return (key, id)
  }

  private static func checkTokens(_ result: inout Result) {
    guard let count = result.metadata[KnownKeys.tokens]?.strings?.count else { return }
    for (key, value) in result.metadata
    where key.hasPrefix("tokenizer.ggml.") && key.hasSuffix("_token_id") {
      if let id = value.int, id < 0 || id >= count {
        result.warnings.append("'\(key)' is \(id), but there are \(count) tokens")
      }
    }
    for key in ["tokenizer.ggml.token_type", "tokenizer.ggml.scores"] {
      if let list = result.metadata[key]?.array, list.count != count {
        result.warnings.append("'\(key)' has \(list.count) elements for \(count) tokens")
      }
    }
  }

  /// Transformers loads no file whose `format` it does not know.
  private static func checkTexts(_ before: Metadata, _ result: inout Result) {
    let format = result.metadata["format"]?.string
    guard format != before["format"]?.string else { return }
    if let format, ["pt", "tf", "flax", "mlx"].contains(format) { return }
    result.warnings.append(
      "'format' is \(format.map { "'\($0)'" } ?? "gone"): Transformers expects 'pt'")
  }
}
