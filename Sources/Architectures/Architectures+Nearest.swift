internal import Documents
public import Failures
internal import OrderedCollections
internal import Tensors

extension Architectures {
  /// The description of a class of Transformers.
  public static func find(class name: String) throws(ArchitectureError) -> Architecture? {
    try all.get().first { $0.classes.contains(name) }
  }

  /// The description of a GGUF's `general.architecture`: of several, the one of that very name.
  public static func find(gguf name: String) throws(ArchitectureError) -> Architecture? {
    let known = try all.get().filter { $0.gguf == name && !name.isEmpty }
    return known.first { $0.name == name } ?? known.first
  }

  /// The description of a GGUF: where several families are stored as one architecture, the one
  /// whose class the configuration beside it names, else the one whose names fit.
  private static func find(
    gguf name: String, _ header: some CheckpointHeader, _ classes: [String]
  ) throws(ArchitectureError) -> Architecture? {
    let known = try all.get().filter { $0.gguf == name && !name.isEmpty }
    guard known.count > 1 else { return known.first }
    if let named = known.first(where: { !Set($0.classes).isDisjoint(with: classes) }) {
      return named
    }
    if let nearest = try nearest(to: header, among: known) { return nearest.architecture }
    return try find(gguf: name)
  }

  /// The description of a checkpoint, by its class or its GGUF key.
  ///
  /// - Throws: `.unknownArchitecture`, naming the nearest description and what does not fit it.
  public static func find(
    for header: some CheckpointHeader, class name: String? = nil
  ) throws(ArchitectureError) -> Architecture {
    var wanted: [String] = name.map { [$0] } ?? []
    if header.dialect == .gguf {
      if let found = header.metadata["general.architecture"]?.string {
        let listed = header.config?["architectures"]?.array?.compactMap(\.string) ?? []
        if let architecture = try find(gguf: found, header, wanted + listed) {
          return architecture
        }
        wanted = [found]
      }
    } else {
      if wanted.isEmpty {
        wanted = header.config?["architectures"]?.array?.compactMap(\.string) ?? []
      }
      for class_ in wanted {
        if let architecture = try find(class: class_) { return architecture }
      }
      // Configurations without a list of classes still say which kind of model it is.
      if wanted.isEmpty, let type = header.config?["model_type"]?.string,
        let architecture = try all.get().first(where: { $0.firstClass(of: type) != nil })
      {
        return architecture
      }
    }
    let found = wanted.isEmpty ? "no architecture" : "'\(wanted.joined(separator: ", "))'"
    var message = "the checkpoint names \(found); "
    let known = try all.get().flatMap { header.dialect == .gguf ? [$0.gguf] : $0.classes }
    message +=
      "there are "
      + OrderedSet(known.filter { !$0.isEmpty }).joined(separator: ", ")
    if let nearest = try nearest(to: header) { message += "\n\(nearest.description)" }
    throw ArchitectureError(.unknownArchitecture, message)
  }

  /// How well the best description fits a checkpoint.
  public struct Nearest: Sendable {
    /// The description.
    public let architecture: Architecture
    /// Tensors of the checkpoint that it knows.
    public let matchedCount: Int
    /// Tensors of the checkpoint that it does not know.
    public let unknown: [String]
    /// Names that it needs whatever the configuration is, and that the checkpoint lacks.
    public let missing: [String]
    /// Keys of config.json that it neither uses nor ignores.
    public let unknownKeys: [String]

    /// Families share most names: of two that know as many, the one that knows more keys of
    /// config.json is nearer, then the one that lacks less.
    func fitsBetter(than other: Nearest) -> Bool {
      if matchedCount != other.matchedCount { return matchedCount > other.matchedCount }
      if unknownKeys.count != other.unknownKeys.count {
        return unknownKeys.count < other.unknownKeys.count
      }
      return missing.count < other.missing.count
    }

    /// The sentence for users.
    public var description: String {
      var text =
        "the nearest description is '\(architecture.name)': it knows \(matchedCount) of "
        + "\(matchedCount + unknown.count) tensors looked at"
      if !unknown.isEmpty { text += "; not \(Self.list(unknown))" }
      if !missing.isEmpty { text += "; the checkpoint lacks \(Self.list(missing))" }
      return text
    }

    private static func list(_ names: [String]) -> String {
      names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
        + (names.count > 8 ? " and \(names.count - 8) more" : "")
    }
  }

  /// The description whose names fit most tensors; nil if none fits any.
  public static func nearest(
    to header: some CheckpointHeader
  ) throws(ArchitectureError) -> Nearest? {
    try nearest(to: header, among: try all.get())
  }

  private static func nearest(
    to header: some CheckpointHeader, among known: [Architecture]
  ) throws(ArchitectureError) -> Nearest? {
    var best: Nearest?
    let sample = HeaderSample(header: header)
    for architecture in known {
      let names = SourceNames(architecture, sample)
      // What a description leaves out whatever it is says nothing about the family.
      let unknown = names.unknown + names.omittedOnly
      let missing = architecture.rows.filter(\.isNeededAlways).compactMap {
        $0.names[header.dialect]?.text
      }.filter { !names.seen.contains($0) }
      let candidate = Nearest(
        architecture: architecture, matchedCount: sample.tensorNames.count - unknown.count,
        unknown: unknown, missing: missing,
        unknownKeys: architecture.unknownConfigKeys(of: header))
      if candidate.matchedCount > 0, best.map(candidate.fitsBetter) ?? true { best = candidate }
    }
    return best
  }
}

/// The first tensors of a header: enough to tell families apart, however many there are.
private struct HeaderSample<Header: CheckpointHeader>: CheckpointHeader {
  let header: Header
  let tensorNames: [String]

  init(header: Header) {
    self.header = header
    tensorNames = Array(header.tensorNames.prefix(4096))
  }

  var dialect: Dialect { header.dialect }
  var config: JSONValue? { header.config }
  var metadata: Metadata { header.metadata }
  func shape(of tensor: String) -> Shape? { header.shape(of: tensor) }
}
