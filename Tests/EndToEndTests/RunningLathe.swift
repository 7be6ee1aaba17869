import Foundation
import _TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The program while it runs, for tests that disturb it.
final class RunningLathe {
  private let process = Process()
  private let errors: URL

  /// Starts it with the folder's file `stderr` as its standard error.
  init(_ arguments: [String], in folder: TemporaryFolder) throws {
    errors = URL(filePath: try folder.write("stderr", []))
    process.executableURL = try LatheBinary.url()
    process.arguments = arguments
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  /// Waits until that path is there; false if the program ended before.
  func waits(for path: String) -> Bool {
    while process.isRunning {
      if FileManager.default.fileExists(atPath: path) { return true }
      usleep(500)
    }
    return false
  }

  /// Sends a signal.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// How it ended: the status, 128 and the signal's number if a signal ended it; and what it said.
  func end() throws -> (status: Int32, errors: String) {
    process.waitUntilExit()
    let crashed = process.terminationReason == .uncaughtSignal
    return (
      process.terminationStatus + (crashed ? 128 : 0),
      String(decoding: try Data(contentsOf: errors), as: UTF8.self)
    )
  }
}
