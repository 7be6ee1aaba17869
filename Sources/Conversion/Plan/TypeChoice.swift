public import Architectures
internal import Checkpoints
public import Failures
internal import Quantization
public import Tensors

/// How the encodings of the output's tensors are chosen.
public enum TypeChoice: Sendable {
  /// Each tensor keeps its encoding where the target holds it, else an exact one is found.
  case source
  /// One scalar type, as the target's conventions allow.
  case encoding(Encoding)
  /// What a recipe says of each tensor.
  case recipe(Recipe, RecipeOptions)

  /// The choice of that name.
  ///
  /// - Throws: `.options`, listing the types.
  public init(_ name: String) throws(ConversionError) {
    var request = ConversionRequest(source: "", destination: "")
    request.type = name
    try self.init(request)
  }

  /// The choice that a request's options make.
  ///
  /// - Throws: `.options` for names that nothing has and options that contradict each other,
  ///   `.noRoute` for a type that is only read, `.below` for a recipe that breaks the language's
  ///   rules.
  init(_ request: ConversionRequest) throws(ConversionError) {
    let options = try RecipeOptions(request.types)
    let name = request.type.lowercased()
    if request.types.budget != nil {
      guard name == "source", request.types.recipe == nil, !options.pure else {
        throw ConversionError(
          .options,
          "a budget (--target-size, --target-bpw, --max-error) chooses the types itself: it "
            + "excludes --type, --recipe and --pure")
      }
      // What stands in until the budget has chosen: the rules of all recipes.
      let rules = try passing { () throws(ArchitectureError) in
        try Recipe.single(Encoding(.f32))
      }
      self = .recipe(rules, options)
      return
    }
    if let recipe = request.types.recipe {
      guard name == "source" else {
        throw ConversionError(.options, "--recipe and --type exclude each other")
      }
      self = .recipe(try Self.recipe(recipe), options)
      return
    }
    if name == "source" {
      guard !request.types.speaksOfTensors else {
        throw ConversionError(
          .options,
          "options that choose the types of tensors need --type or --recipe for the others")
      }
      self = .source
      return
    }
    let recipe = try passing { () throws(ArchitectureError) in try Recipes.named(name) }
    guard let encoding = Encoding.named(name) else {
      guard let recipe else {
        throw ConversionError(
          .options, "unknown type '\(request.type)'; supported: \(Self.supported)")
      }
      self = .recipe(recipe, options)
      return
    }
    guard Self.writable.contains(encoding) else {
      throw ConversionError(
        .noRoute, "no stage makes the type \(encoding); supported: \(Self.supported)")
    }
    if encoding.quantType == nil, !request.types.speaksOfTensors {
      self = .encoding(encoding)
    } else if let recipe {
      self = .recipe(recipe, options)
    } else {
      let single = try passing { () throws(ArchitectureError) in try Recipe.single(encoding) }
      self = .recipe(single, options)
    }
  }

  /// Whether one encoding is asked for, and it is this one.
  func isAsking(for encoding: Encoding) -> Bool {
    if case .encoding(let wanted) = self { wanted == encoding } else { false }
  }

  /// Whether what another format stores in a packing becomes that packing again.
  var keepsPackings: Bool { if case .source = self { true } else { false } }

  /// Whether types other than the source's are asked for.
  var setsTypes: Bool { if case .source = self { false } else { true } }

  /// The name of the recipe; nil if there is none.
  var recipeName: String? { if case .recipe(let recipe, _) = self { recipe.name } else { nil } }

  /// The encodings that some stage makes.
  public static var writable: [Encoding] {
    let scalars = ScalarType.all.map(Encoding.init)
    let blocks = QuantType.all.filter(\.isEncoded).map(\.encoding)
    let shape = Shape([1, 256])
    let f32 = Encoding(.f32)
    let reachable = Set(
      Stages.all.flatMap { stage in stage.edges(from: f32, of: shape).map(\.target) } + [f32])
    return (scalars + blocks).filter(reachable.contains)
  }

  /// The words of `--type`.
  private static var supported: String {
    let types = writable.map(\.name)
    let known = Set(types.map { $0.lowercased() })
    return
      (["source"] + types + Recipes.names.filter { !known.contains($0) }).joined(separator: " ")
  }
}
