internal import Architectures
internal import ByteIO
internal import Checkpoints
internal import Documents
public import Failures
public import Tokenizers

/// A tokenizer as another kind of file, made in memory.
public struct TokenizerConversion: Sendable {
  /// What is made.
  public let target: TokenizerTarget
  /// Where it goes.
  public let destination: String
  /// The ways that the tokenizer took.
  public private(set) var routes: [DocumentRoute] = []
  /// What was guessed, filled in or left out.
  public var notes: [String] { routes.flatMap(\.notes) + ownNotes }
  /// The files, by name in the folder; one without a folder.
  private(set) var files: [(name: String, bytes: [UInt8])] = []
  /// What the files hold, as it is read again.
  private var result: Result = .files(TokenizerSource(files: [:]))
  private var ownNotes: [String] = []
  private let input: TokenizerInput

  private enum Result {
    case files(TokenizerSource)
    case keys(Metadata)
  }

  /// Whether the output is a folder.
  public var isFolder: Bool { target.isFolder(destination) }
  /// Names and sizes of the files.
  public var fileSizes: [(name: String, byteCount: Int)] {
    files.map { ($0.name, $0.bytes.count) }
  }

  /// Makes the files.
  ///
  /// - Parameters:
  ///   - target: what is made; nil: by the destination's ending, a folder without one.
  ///   - architecture: `general.architecture` of a GGUF, where the source does not tell it.
  ///   - embedsTokenizer: whether a GGUF also holds the original tokenizer.json.
  /// - Throws: `.options` if target and ending contradict each other, `.cannotHold` if the target
  ///   has no room for the tokenizer.
  public init(
    _ input: TokenizerInput, to destination: String, as target: TokenizerTarget? = nil,
    architecture: String? = nil, embedsTokenizer: Bool = true
  ) throws(ConversionError) {
    self.input = input
    self.destination = destination
    self.target = try TokenizerTarget.of(destination, stated: target)
    try checkApart()
    if architecture != nil, self.target != .gguf {
      throw ConversionError(.options, "--architecture names the architecture of a GGUF")
    }
    switch self.target {
    case .tokenizerJSON: try makeJSON()
    case .huggingface: try makeFolder()
    case .gguf: try makeGGUF(architecture, embedsTokenizer: embedsTokenizer)
    case .tiktoken: try makeRanks()
    }
  }

  /// The tokenizer as it is read from what was made.
  public func definition() throws(ConversionError) -> TokenizerDefinition {
    switch result {
    case .files(let files): return try TokenizerInput.define(files, in: destination)
    case .keys(let keys):
      return try passing(at: Place(file: destination)) { () throws(TokenizerError) in
        try TokenizerDefinition(fromGGUF: keys)
      }
    }
  }

  /// Whether source and result are the same tokenizer.
  public func certify() throws(ConversionError) -> TokenizerCertificate {
    try TokenizerCertificate(source: input.definition(), result: definition())
  }

  /// Writes the files; they appear all or not at all.
  public func write(replace: Bool, sync: Bool) throws(ConversionError) {
    try passing { () throws(ByteIOError) in
      let transaction = try OutputTransaction(destination, isFolder: isFolder, replace: replace)
      do throws(ByteIOError) {
        for (name, bytes) in files {
          let file = try OutputFile(try transaction.path(of: name), size: UInt64(bytes.count))
          try file.write(bytes, at: 0)
          if sync { try file.sync() }
        }
        try transaction.commit(sync: sync)
      } catch {
        let failure = error
        try transaction.discard()
        throw failure
      }
    }
  }

  /// - Throws: `.sameFile` if the output is the input, or a file of it.
  private func checkApart() throws(ConversionError) {
    guard WholeFile.isSame(destination, input.path) || WholeFile.isSame(destination, input.folder)
    else { return }
    throw ConversionError(
      .sameFile, "input and output are the same: \(input.path)", at: Place(file: destination))
  }

  // MARK: Targets

  private mutating func run(
    to kind: DocumentKind, embedsTokenizer: Bool = true
  ) throws(ConversionError) -> DocumentContent {
    let (content, route) = try input.run(to: kind, embedsTokenizer: embedsTokenizer)
    routes.append(route)
    return content
  }

  private mutating func makeJSON() throws(ConversionError) {
    guard case .tokenizer(let files) = try run(to: .tokenizerJSON),
      let json = files.bytes(Self.jsonName)
    else { throw ConversionError(.internal, "a tokenizer.json was expected") }
    self.files = [(Paths.name(destination), json)]
    result = .files(TokenizerSource(files: [Self.jsonName: json]))
  }

  private mutating func makeRanks() throws(ConversionError) {
    guard case .tokenizer(let made) = try run(to: .ranks) else {
      throw ConversionError(.internal, "a file of ranks was expected")
    }
    var read = made
    let ranks = made.presentNames.first {
      $0.hasSuffix(TokenizerSource.rankEnding) || $0 == "tokenizer.model"
    }
    guard let ranks, let bytes = made.bytes(ranks) else {
      throw ConversionError(.internal, "a file of ranks was expected")
    }
    if isFolder {
      files = [(TokenizerJSONToRanks.name, bytes)]
      if let special = made.bytes(TokenizerJSONToRanks.specialName) {
        files.append((TokenizerJSONToRanks.specialName, special))
      }
    } else {
      files = [(Paths.name(destination), bytes)]
    }
    if let pattern = made.rankOptions.pattern { ownNotes.append("the pattern is \(pattern)") }
    read.set(ranks, nil)
    read.set(TokenizerJSONToRanks.name, bytes)
    result = .files(read)
    // Ranks decide by the bytes of two parts together, merges by the pairs in their list.
    let certificate = try certify()
    guard let difference = certificate.difference else { return }
    throw ConversionError(
      .cannotHold,
      "the merges of this tokenizer are not those that ranks amount to: it makes "
        + "\(difference.source) of \(TokenizerCertificate.shown(difference.text)), as ranks "
        + difference.result, at: Place(file: input.path))
  }

  private mutating func makeGGUF(
    _ architecture: String?, embedsTokenizer: Bool
  ) throws(ConversionError) {
    guard case .keys(let keys) = try run(to: .tokenizerKeys, embedsTokenizer: embedsTokenizer)
    else { throw ConversionError(.internal, "keys were expected") }
    let known = try input.architecture()
    guard let architecture = architecture ?? known else {
      throw ConversionError(
        .architecture,
        "a GGUF names its architecture, and the source does not tell it; --architecture does",
        at: Place(file: input.path))
    }
    var metadata: Metadata = [
      GGUFKey.architecture: .string(architecture), "general.type": .string("model"),
      "general.name": .string(input.name),
    ]
    for (key, value) in keys where key.hasPrefix("tokenizer.") {
      if !embedsTokenizer, key == Lineage.tokenizerKey { continue }
      metadata[key] = value
    }
    metadata["lathe.version"] = .string(Stages.version)
    let planned = try passing { () throws(CheckpointError) in
      try GGUFFormat.layOut(
        WriteRequest(tensors: [], metadata: metadata, fileName: Paths.name(destination)))
    }
    files = planned.map { file in
      var bytes = [UInt8](repeating: 0, count: Int(clamping: file.size))
      for segment in file.segments {
        let start = Int(clamping: segment.offset)
        bytes.replaceSubrange(start..<(start + segment.bytes.count), with: segment.bytes)
      }
      return (file.name, bytes)
    }
    result = .keys(metadata)
  }

  private mutating func makeFolder() throws(ConversionError) {
    guard case .tokenizer(let own) = input.content else {
      guard case .files(let made, _) = try run(to: .tokenizerFiles) else {
        throw ConversionError(.internal, "files were expected")
      }
      files = made
      result = .files(TokenizerSource(files: Dictionary(made) { first, _ in first }))
      return
    }
    guard case .tokenizer(let made) = try run(to: .tokenizerJSON) else {
      throw ConversionError(.internal, "a tokenizer.json was expected")
    }
    var files: [String: [UInt8]] = [:]
    for name in own.presentNames where !Self.isRanks(name, input.kind) {
      files[name] = own.bytes(name)
    }
    for name in Self.madeNames where files[name] == nil { files[name] = made.bytes(name) }
    if files["tokenizer_config.json"] == nil {
      let (kept, count) = (routes, ownNotes.count)
      do throws(ConversionError) {
        guard case .files(let more, _) = try run(to: .tokenizerFiles) else {
          throw ConversionError(.internal, "files were expected")
        }
        for (name, bytes) in more where Self.madeNames.contains(name) && files[name] == nil {
          files[name] = bytes
        }
      } catch {
        guard error.exitStatus == .unsupported else { throw error }
        routes = kept
        ownNotes.removeLast(ownNotes.count - count)
        ownNotes.append("there is no tokenizer_config.json: \(error.message)")
      }
    }
    self.files = files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    result = .files(TokenizerSource(files: files))
  }

  private static let jsonName = "tokenizer.json"
  /// Files that are made where the source has none.
  private static let madeNames = [jsonName, "tokenizer_config.json", "special_tokens_map.json"]

  /// Whether a file holds ranks, which tokenizer.json takes the place of.
  private static func isRanks(_ name: String, _ kind: DocumentKind) -> Bool {
    name.hasSuffix(TokenizerSource.rankEnding) || name == "tekken.json"
      || kind == .ranks && name == "tokenizer.model"
  }
}

extension TokenizerInput {
  /// `general.architecture` of a GGUF, or that of the class which config.json names.
  func architecture() throws(ConversionError) -> String? {
    switch content {
    case .keys(let keys): return keys[GGUFKey.architecture]?.string
    case .tokenizer(let files):
      for name in files.config?["architectures"]?.array ?? [] {
        guard let name = name.string else { continue }
        let found = try passing { () throws(ArchitectureError) in
          try Architectures.find(class: name)
        }
        if let found { return found.gguf }
      }
      return nil
    default: return nil
    }
  }

  /// Name of the tokenizer's folder, or of the model in a GGUF.
  var name: String {
    if case .keys(let keys) = content, let name = keys["general.name"]?.string { return name }
    return Paths.name(Paths.resolved(folder) ?? folder)
  }
}
