public import Foundation

/// A folder that lives as long as this object.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let url: URL
  /// Makes an empty folder.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }

  /// Path of a file in it.
  public func path(_ name: String) -> String { url.appending(path: name).path() }
  /// Writes a file into it and returns its path.
  public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let target = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: target)
    return target.path()
  }
}
