public import Documents
public import Failures

/// The tokenizer files of a checkpoint folder, by name.
public struct TokenizerSource: Sendable {
  /// The names that are looked for, config.json apart.
  public static let names = [
    "tokenizer.json", "tokenizer.model", "spiece.model", "vocab.txt", "vocab.json", "merges.txt",
    "added_tokens.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja",
    "chat_template.json", "tekken.json",
  ]
  /// The folder of chat templates beside the main one.
  public static let templateFolder = "additional_chat_templates"

  /// The ending of files of ranks, whose names are their own.
  public static let rankEnding = ".tiktoken"

  private var files: [String: [UInt8]]
  /// Where files lie that are kept under the usual name of what they hold.
  private var origins: [String: String] = [:]
  /// What files of ranks do not say.
  public var rankOptions = RankOptions()
  /// Whether the tokens that tokenizer.json lists as added are added tokens of the SentencePiece model
  /// beside it, too.
  public var takesListedTokens = false
  /// Whether a beginning of text belongs to every text, although tokenizer.json does not add it.
  var addsBeginning = false
  /// config.json.
  public let config: JSONValue?
  /// generation_config.json.
  public let generationConfig: JSONValue?

  /// The names to be read of a folder.
  ///
  /// - Parameters:
  ///   - listing: names of the folder's files.
  ///   - file: the one file that is the tokenizer; nil for whatever there is.
  public static func names(among listing: [String], file: String? = nil) -> [String] {
    guard let file else { return names + listing.filter { $0.hasSuffix(rankEnding) } }
    return names.filter { !mainNames.contains($0) && $0 != file } + [file]
      + (pairs[file] ?? [])
  }

  /// Files that are at hand, by name; templates as `additional_chat_templates/x.jinja`.
  public init(
    files: [String: [UInt8]], config: JSONValue? = nil, generationConfig: JSONValue? = nil
  ) {
    self.files = files
    self.config = config
    self.generationConfig = generationConfig
  }

  /// Reads the files that are looked for, each once.
  ///
  /// - Parameters:
  ///   - templates: names of the `.jinja` files in `additional_chat_templates`.
  ///   - read: the bytes of a file of that name, nil if there is none.
  public init(
    config: JSONValue? = nil, generationConfig: JSONValue? = nil, templates: [String] = [],
    read: (String) throws(TokenizerError) -> [UInt8]?
  ) throws(TokenizerError) {
    var files: [String: [UInt8]] = [:]
    for name in Self.names + templates.map({ "\(Self.templateFolder)/\($0)" }) {
      if let bytes = try read(name) { files[name] = bytes }
    }
    self.init(files: files, config: config, generationConfig: generationConfig)
  }

  /// The bytes of a file, nil if there is none.
  public func bytes(_ name: String) -> [UInt8]? { files[name] }

  /// Puts a file in, or in the place of another.
  public mutating func set(_ name: String, _ bytes: [UInt8]?) {
    files[name] = bytes
    origins[name] = nil
  }

  /// The name that a file has where it lies.
  public func origin(of name: String) -> String { origins[name] ?? name }

  /// Gives a file the usual name of what it holds, unless there is one of that name.
  mutating func rename(_ name: String, to usual: String) {
    guard name != usual, files[usual] == nil, let bytes = files[name] else { return }
    files[usual] = bytes
    files[name] = nil
    origins[usual] = origin(of: name)
    origins[name] = nil
  }

  /// Names of the files that are there, sorted.
  public var presentNames: [String] { files.keys.sorted() }

  /// A small JSON file as a tree, nil if there is none.
  func json(_ name: String) throws(TokenizerError) -> JSONValue? {
    guard let bytes = files[name] else { return nil }
    do {
      return try JSONValue.parse(bytes)
    } catch {
      throw TokenizerError(.syntax, wrapping: error, at: Place(file: name))
    }
  }

  /// A JSON file that holds an object, nil if there is none.
  func object(_ name: String) throws(TokenizerError) -> JSONValue? {
    guard let value = try json(name) else { return nil }
    guard value.object != nil else {
      throw TokenizerError(
        .schema, "expected an object, found \(value.kind.phrase)", at: Place(file: name))
    }
    return value
  }

  /// A text file with line feeds only, nil if there is none.
  func text(_ name: String) throws(TokenizerError) -> String? {
    guard let bytes = files[name] else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TokenizerError(.syntax, "the file is not valid UTF-8", at: Place(file: name))
    }
    guard bytes.contains(0x0D) else { return text }
    var scalars = String.UnicodeScalarView()
    var afterReturn = false
    for scalar in text.unicodeScalars {
      if scalar == "\r" {
        scalars.append("\n")
      } else if !(scalar == "\n" && afterReturn) {
        scalars.append(scalar)
      }
      afterReturn = scalar == "\r"
    }
    return String(scalars)
  }
}
