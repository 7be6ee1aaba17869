internal import Foundation

/// What a program did.
public struct ProcessResult: Sendable {
  /// Exit status; 128 + signal when a signal ended it.
  public let status: Int32
  /// What it wrote to standard output.
  public let standardOutput: String
  /// What it wrote to standard error.
  public let standardError: String
  /// Seconds from start to end.
  public let seconds: Double
  /// Seconds of processor time; known only of measured runs.
  public let cpuSeconds: Double?
  /// Peak resident memory in bytes; known only of measured runs.
  public let peakBytes: Int?

  /// Runs a program to its end, without a terminal.
  ///
  /// Output goes through files: no pipe can fill up, whatever is written.
  static func run(
    _ executable: URL, _ arguments: [String], environment: [String: String], input: String
  ) throws -> ProcessResult {
    let folder = try TemporaryFolder()
    let output = URL(filePath: try folder.write("stdout", []))
    let errors = URL(filePath: try folder.write("stderr", []))
    let source = URL(filePath: try folder.write("stdin", [UInt8](input.utf8)))
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(environment) { _, new in new }
    process.standardInput = try FileHandle(forReadingFrom: source)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    let clock = ContinuousClock()
    let start = clock.now
    try process.run()
    process.waitUntilExit()
    let elapsed = clock.now - start
    let crashed = process.terminationReason == .uncaughtSignal
    return ProcessResult(
      status: process.terminationStatus + (crashed ? 128 : 0),
      standardOutput: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      standardError: String(decoding: try Data(contentsOf: errors), as: UTF8.self),
      seconds: elapsed / .seconds(1), cpuSeconds: nil, peakBytes: nil)
  }
}
