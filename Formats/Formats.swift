/// The knowledge files of this repository, embedded as text.
public enum Formats {
  /// A knowledge file.
  public struct Document: Sendable {
    /// Path below Formats/, such as `Architectures/llama.arch`.
    public let path: String
    /// The file's text.
    public let text: String
  }

  /// All embedded files, sorted by path.
  public static let all: [Document] = embeddedDocuments.map { Document(path: $0.0, text: $0.1) }

  /// The embedded file of that path, if there is one.
  public static func document(_ path: String) -> Document? { all.first { $0.path == path } }

  /// The embedded files of a folder whose names end in `suffix`.
  public static func documents(in folder: String, suffix: String) -> [Document] {
    all.filter { $0.path.hasPrefix(folder + "/") && $0.path.hasSuffix(suffix) }
  }
}
