public import Foundation

/// The real tools that judge Lathe's files, in the private Python environment that tools/test sets up.
public enum Peer {
  /// The environment: LATHE_VENV, or .venv at the repository's root; a missing one is a failure.
  public static func environment() throws -> URL {
    let stated = ProcessInfo.processInfo.environment["LATHE_VENV"]
    let url = stated.map { URL(filePath: $0) } ?? Golden.root.appending(path: ".venv")
    guard FileManager.default.isExecutableFile(atPath: url.appending(path: "bin/python").path())
    else {
      throw MissingPiece("no Python environment: run tools/test, or tools/peers/venv light")
    }
    return url
  }

  /// Its Python.
  public static func python() throws -> URL {
    try environment().appending(path: "bin/python")
  }

  /// A folder or file of an installed package.
  public static func package(_ path: String) throws -> URL {
    let library = try environment().appending(path: "lib")
    for version in try FileManager.default.contentsOfDirectory(atPath: library.path()) {
      let url = library.appending(path: version).appending(path: "site-packages/\(path)")
      if FileManager.default.fileExists(atPath: url.path()) { return url }
    }
    throw MissingPiece("\(path) is in no package of the Python environment: run tools/test")
  }

  /// Runs a script of tools/peers with text as its input.
  public static func run(_ script: String, _ arguments: [String], input: String = "") throws
    -> ProcessResult
  {
    let path = Golden.root.appending(path: "tools/peers/\(script)").path()
    return try ProcessResult.run(
      try python(), [path] + arguments, environment: [:], input: input)
  }
}
