internal import Documents
internal import Failures

/// A part of tokenizer.json: an object with a type.
protocol TokenizerComponent {
  /// The part's key in the file.
  static var part: String { get }
  /// Reads the part.
  init(_ part: ComponentJSON) throws(TokenizerError)
  /// The part as the `tokenizers` library writes it.
  var json: JSONValue { get }
}

extension TokenizerComponent {
  /// Reads a part that may be null.
  static func read(_ value: JSONValue) throws(TokenizerError) -> Self? {
    value.isNull ? nil : try Self(ComponentJSON(value: value, path: part))
  }
}

/// The members of a component, read by name; errors say where they stand.
struct ComponentJSON {
  /// How deep components may nest.
  static let maximumDepth = 16

  let value: JSONValue
  /// Where it stands: `decoder.decoders[2]`.
  let path: String
  var depth = 0

  func failure(_ message: String) -> TokenizerError {
    TokenizerError(.schema, "\(path): \(message)", at: TokenizerJSON.place)
  }

  func unknown(_ type: String, among choices: [String]) -> TokenizerError {
    TokenizerError(
      .unsupported,
      "\(path) is of type \(type.quoted); supported are \(choices.joined(separator: ", "))",
      at: TokenizerJSON.place)
  }

  private func mismatch(_ key: String, _ wanted: String) -> TokenizerError {
    guard let found = value[key] else { return failure("'\(key)' is missing, \(wanted)") }
    return failure("'\(key)' should be \(wanted), found \(found.kind.phrase)")
  }

  func string(_ key: String, default fallback: String? = nil) throws(TokenizerError) -> String {
    if let text = value[key]?.string { return text }
    if let fallback, value[key] == nil { return fallback }
    throw mismatch(key, "a text")
  }

  func optionalString(_ key: String) throws(TokenizerError) -> String? {
    guard let found = value[key], !found.isNull else { return nil }
    guard let text = found.string else { throw mismatch(key, "a text or null") }
    return text
  }

  /// A text of one character.
  func character(_ key: String, default fallback: UnicodeScalar? = nil) throws(TokenizerError)
    -> UnicodeScalar
  {
    if let fallback, value[key] == nil { return fallback }
    let scalars = try string(key).unicodeScalars
    guard let scalar = scalars.first, scalars.count == 1 else {
      throw failure("'\(key)' should be one character, found \(scalars.count)")
    }
    return scalar
  }

  func bool(_ key: String, default fallback: Bool? = nil) throws(TokenizerError) -> Bool {
    if let truth = value[key]?.bool { return truth }
    if let fallback, value[key] == nil { return fallback }
    throw mismatch(key, "true or false")
  }

  func optionalBool(_ key: String) throws(TokenizerError) -> Bool? {
    guard let found = value[key], !found.isNull else { return nil }
    guard let truth = found.bool else { throw mismatch(key, "true, false or null") }
    return truth
  }

  /// An integer from 0 to 2^31 - 1.
  func count(_ key: String, default fallback: Int? = nil) throws(TokenizerError) -> Int {
    if let fallback, value[key] == nil { return fallback }
    guard let number = value[key]?.int, number >= 0, number <= Int(Int32.max) else {
      throw mismatch(key, "an integer from 0 to \(Int32.max)")
    }
    return number
  }

  func array(_ key: String) throws(TokenizerError) -> [JSONValue] {
    guard let list = value[key]?.array else { throw mismatch(key, "a list") }
    return list
  }

  /// A list of components.
  func list<Part: TokenizerComponent>(_ key: String) throws(TokenizerError) -> [Part] {
    guard depth < Self.maximumDepth else {
      throw TokenizerError(
        .limit, "\(path) nests deeper than \(Self.maximumDepth) levels", at: TokenizerJSON.place)
    }
    var result: [Part] = []
    for (index, element) in try array(key).enumerated() {
      result.append(
        try Part(ComponentJSON(value: element, path: "\(path).\(key)[\(index)]", depth: depth + 1)))
    }
    return result
  }
}
