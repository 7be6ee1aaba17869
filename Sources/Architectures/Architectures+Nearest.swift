internal import Documents
public import Failures
internal import Tensors

extension Architectures {
  /// The description of a class of Transformers.
  public static func find(class name: String) throws(ArchitectureError) -> Architecture? {
    try all.get().first { $0.classes.contains(name) }
  }

  /// The description of a GGUF's `general.architecture`.
  public static func find(gguf name: String) throws(ArchitectureError) -> Architecture? {
    try all.get().first { $0.gguf == name }
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
        if let architecture = try find(gguf: found) { return architecture }
        wanted = [found]
      }
    } else {
      if wanted.isEmpty {
        wanted = header.config?["architectures"]?.array?.compactMap(\.string) ?? []
      }
      for class_ in wanted {
        if let architecture = try find(class: class_) { return architecture }
      }
    }
    let found = wanted.isEmpty ? "no architecture" : "'\(wanted.joined(separator: ", "))'"
    var message = "the checkpoint names \(found); "
    let known = try all.get().map { header.dialect == .gguf ? [$0.gguf] : $0.classes }
    message += "there are \(known.joined().joined(separator: ", "))"
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

    /// Families share most names: of two that know as many, the one that lacks less is nearer.
    func fitsBetter(than other: Nearest) -> Bool {
      if matchedCount != other.matchedCount { return matchedCount > other.matchedCount }
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
    var best: Nearest?
    let sample = HeaderSample(header: header)
    for architecture in try all.get() {
      let names = SourceNames(architecture, sample)
      let unknown = names.unknown
      let missing = architecture.rows.filter {
        $0.condition == nil && !$0.isOptional && $0.sameAs == nil && $0.derived == nil
      }.compactMap { $0.names[header.dialect]?.text }.filter { !names.seen.contains($0) }
      let candidate = Nearest(
        architecture: architecture, matchedCount: sample.tensorNames.count - unknown.count,
        unknown: unknown, missing: missing)
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
