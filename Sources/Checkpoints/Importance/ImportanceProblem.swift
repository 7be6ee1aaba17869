/// What is wrong or odd about an importance file in the light of a model.
public struct ImportanceProblem: Hashable, Sendable, CustomStringConvertible {
  /// How bad it is.
  public enum Severity: String, Hashable, Sendable {
    /// The file cannot be used with this model.
    case error
    /// An entry is not used.
    case warning
    /// An entry is used, but says little.
    case note
  }

  /// How bad it is.
  public let severity: Severity
  /// Name of the entry, nil if it is about the file.
  public let entry: String?
  /// What was expected and what was found.
  public let message: String

  init(_ severity: Severity, _ entry: String?, _ message: String) {
    self.severity = severity
    self.entry = entry
    self.message = message
  }

  /// `error: entry 'blk.0.attn_q.weight': ...`.
  public var description: String {
    let subject = entry.map { " entry '\(ShardIndex.visible($0))':" } ?? ""
    return "\(severity.rawValue):\(subject) \(message)"
  }
}
