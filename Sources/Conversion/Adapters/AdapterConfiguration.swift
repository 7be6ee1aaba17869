internal import Documents
internal import Failures

/// What PEFT's adapter_config.json says of a LoRA adapter.
struct AdapterConfiguration {
  /// `r`, where no pattern says otherwise.
  let rank: Int
  /// `lora_alpha`, where no pattern says otherwise.
  let alpha: Double
  /// `use_rslora`: the scale is alpha / sqrt(rank) instead of alpha / rank.
  let isRankStabilised: Bool
  /// `fan_in_fan_out`, for layers that store [in, out]; counts where a matrix is square.
  let isFanInFanOut: Bool
  /// `use_dora`: rows have a magnitude of their own.
  let usesMagnitudes: Bool
  /// `base_model_name_or_path`.
  let baseModel: String?
  /// `alora_invocation_tokens`: the adapter works only behind these.
  let invocationTokens: [UInt32]
  /// Keys that nothing here knows, with a value that is not empty.
  let unknownKeys: [String]

  private let ranks: [(pattern: Regex<AnyRegexOutput>, value: Double)]
  private let alphas: [(pattern: Regex<AnyRegexOutput>, value: Double)]

  /// Most characters of a pattern of module names.
  private static let patternLimit = 512
  /// Greatest rank.
  private static let rankLimit = 1 << 16

  /// Reads the document.
  ///
  /// - Throws: `.adapter` for values that make no adapter, `.adapterKind` for kinds of adapters that
  ///   are more than a product of two matrices.
  init(_ document: JSONValue) throws(ConversionError) {
    guard case .object(let members) = document else {
      throw ConversionError(.adapter, "an object was expected, found \(document.kind)")
    }
    try Self.checkKind(document)
    guard let rank = document["r"]?.int, (1...Self.rankLimit).contains(rank) else {
      throw Self.wrong("r", document, "a whole number from 1 to \(Self.rankLimit)")
    }
    guard let alpha = document["lora_alpha"]?.double, alpha.isFinite else {
      throw Self.wrong("lora_alpha", document, "a number")
    }
    self.rank = rank
    self.alpha = alpha
    isRankStabilised = try Self.flag("use_rslora", document)
    isFanInFanOut = try Self.flag("fan_in_fan_out", document)
    usesMagnitudes = try Self.flag("use_dora", document)
    baseModel = document["base_model_name_or_path"]?.string
    ranks = try Self.patterns("rank_pattern", document)
    alphas = try Self.patterns("alpha_pattern", document)
    invocationTokens = try Self.tokens(document)
    unknownKeys = members.compactMap { key, value in
      Self.known.contains(key) || Self.isEmpty(value) ? nil : key
    }
  }

  /// The rank of a module, by its name without the wrapper's prefix.
  func rank(of module: String) -> Int {
    Self.value(ranks, module).flatMap { Int(exactly: $0) } ?? rank
  }

  /// What the product of a module's matrices is multiplied with.
  func scale(of module: String) -> Double {
    let alpha = Self.value(alphas, module) ?? alpha
    let rank = Double(rank(of: module))
    return isRankStabilised ? alpha / rank.squareRoot() : alpha / rank
  }

  /// The first pattern that is the whole name, or its end behind a point.
  private static func value(
    _ patterns: [(pattern: Regex<AnyRegexOutput>, value: Double)], _ module: String
  ) -> Double? {
    patterns.first { (try? $0.pattern.wholeMatch(in: module)) != nil }?.value
  }

  private static func patterns(
    _ key: String, _ document: JSONValue
  ) throws(ConversionError) -> [(pattern: Regex<AnyRegexOutput>, value: Double)] {
    guard let found = document[key], !found.isNull else { return [] }
    guard case .object(let members) = found else {
      throw wrong(key, document, "an object of patterns and numbers")
    }
    var result: [(pattern: Regex<AnyRegexOutput>, value: Double)] = []
    for (text, number) in members {
      guard let value = number.double, value.isFinite,
        key != "rank_pattern" || (1...Double(rankLimit)).contains(value) && value == value.rounded()
      else {
        throw ConversionError(.adapter, "\(key): '\(text)' has the value \(number.text())")
      }
      guard text.count <= patternLimit,
        let pattern = try? Regex("(?:.*\\.)?(?:\(text))").matchingSemantics(.unicodeScalar)
      else {
        throw ConversionError(.adapter, "\(key): '\(text)' is no regular expression")
      }
      result.append((pattern, value))
    }
    return result
  }

  private static func flag(
    _ key: String, _ document: JSONValue
  ) throws(ConversionError) -> Bool {
    guard let found = document[key], !found.isNull else { return false }
    guard let flag = found.bool else { throw wrong(key, document, "true or false") }
    return flag
  }

  private static func tokens(_ document: JSONValue) throws(ConversionError) -> [UInt32] {
    guard let found = document["alora_invocation_tokens"], !found.isNull else { return [] }
    var result: [UInt32] = []
    for token in found.array ?? [.null] {
      guard let number = token.int.flatMap(UInt32.init(exactly:)) else {
        throw wrong("alora_invocation_tokens", document, "a list of token ids")
      }
      result.append(number)
    }
    return result
  }

  private static func wrong(
    _ key: String, _ document: JSONValue, _ expected: String
  ) -> ConversionError {
    let found = document[key].map { $0.text() } ?? "nothing"
    return ConversionError(.adapter, "'\(key)': \(expected) was expected, found \(found)")
  }

  static func isEmpty(_ value: JSONValue) -> Bool {
    switch value {
    case .null, .bool(false): true
    case .array(let list): list.isEmpty
    case .object(let members): members.isEmpty
    case .string(let text): text.isEmpty
    case .bool, .number: false
    }
  }
}
