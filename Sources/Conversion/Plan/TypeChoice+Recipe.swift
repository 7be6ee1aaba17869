internal import Architectures
internal import ByteIO
internal import Failures
internal import Quantization
internal import Tensors

extension TypeChoice {
  /// Most bytes of a recipe file: one line per tensor of the largest models fits.
  private static let recipeLimit = 64 << 20
  /// What a recipe file's name ends with.
  private static let recipeEnding = "recipe"

  /// The recipe of a name, or of a file if there is one.
  static func recipe(_ name: String) throws(ConversionError) -> Recipe {
    let isFile = Paths.ending(name) == recipeEnding || name.contains("/")
    if isFile || FileIdentity.of(name)?.isRegular == true {
      guard FileIdentity.of(name) != nil else {
        throw ConversionError(.source, "no such recipe file", at: Place(file: name))
      }
      let bytes = try passing { () throws(ByteIOError) in
        try RandomAccessFile(name).readAll(limit: recipeLimit)
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw ConversionError(.source, "the recipe is not UTF-8 text", at: Place(file: name))
      }
      return try passing { () throws(ArchitectureError) in try Recipe(parsing: text, file: name) }
    }
    if let known = try passing({ () throws(ArchitectureError) in try Recipes.named(name) }) {
      return known
    }
    throw ConversionError(
      .options,
      "no recipe is named '\(name)', and no file is; known: "
        + Recipes.names.joined(separator: " "))
  }
}

extension RecipeOptions {
  /// The options that users write.
  ///
  /// - Throws: `.options` for an unknown type or a malformed `REGEX=TYPE`.
  init(_ options: TypeOptions) throws(ConversionError) {
    var tensorTypes: [TensorType] = []
    for text in options.tensorTypes {
      guard let sign = text.lastIndex(of: "="), sign != text.startIndex else {
        throw ConversionError(.options, "--tensor-type '\(text)' is not of the form REGEX=TYPE")
      }
      tensorTypes.append(
        TensorType(
          String(text[..<sign]),
          try Self.type(String(text[text.index(after: sign)...]), of: "--tensor-type '\(text)'")))
    }
    self.init(
      pure: options.isPure, leaveOutputTensor: options.leavesOutputTensor,
      outputTensorType: try options.outputTensorType.map { name throws(ConversionError) in
        try Self.type(name, of: "--output-tensor-type")
      },
      tokenEmbeddingType: try options.tokenEmbeddingType.map { name throws(ConversionError) in
        try Self.type(name, of: "--token-embedding-type")
      },
      tensorTypes: tensorTypes, strictTypes: options.isStrict)
  }

  private static func type(
    _ name: String, of option: String
  ) throws(ConversionError) -> Encoding {
    guard let type = Encoding.named(name), TypeChoice.writable.contains(type) else {
      throw ConversionError(
        .options,
        "\(option): no type is named '\(name)'; supported: "
          + TypeChoice.writable.map(\.name).joined(separator: " "))
    }
    return type
  }
}
