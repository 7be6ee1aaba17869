public import Foundation

/// The built program `lathe`, as a user runs it.
public enum LatheBinary {
  /// Where the build put it: beside the program that runs the tests.
  public static func url() throws -> URL {
    let own = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    let runner = own ?? URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    let url = runner.deletingLastPathComponent().appending(path: "lathe")
    guard FileManager.default.isExecutableFile(atPath: url.path()) else {
      throw MissingPiece("the program lathe was not built beside the tests; run swift build first")
    }
    return url
  }

  /// Runs lathe.
  public static func run(
    _ arguments: [String], environment: [String: String] = [:], input: String = ""
  ) throws -> ProcessResult {
    try ProcessResult.run(try url(), arguments, environment: environment, input: input)
  }

  /// Runs lathe and reads its peak memory too.
  ///
  /// Linux counts the memory of the process that starts a program to that program's peak, and the tests may be
  /// large: so a small one starts it (floor: about 10 MB), and takes the time as well.
  public static func measure(
    _ arguments: [String], environment: [String: String] = [:], input: String = ""
  ) throws -> ProcessResult {
    let folder = try TemporaryFolder()
    let report = folder.path("report")
    let script = Golden.root.appending(path: "tools/peers/measure.py").path()
    let result = try ProcessResult.run(
      try Peer.python(), ["-I", "-S", script, report, try url().path()] + arguments,
      environment: environment, input: input)
    let figures = try String(contentsOfFile: report, encoding: .utf8).split(separator: " ")
    guard figures.count == 4, let status = Int32(figures[0]), let seconds = Double(figures[1]),
      let cpu = Double(figures[2]), let peak = Int(figures[3])
    else {
      throw MissingPiece("measure.py reported nothing: \(result.standardError)")
    }
    return ProcessResult(
      status: status, standardOutput: result.standardOutput,
      standardError: result.standardError, seconds: seconds, cpuSeconds: cpu,
      peakBytes: peak)
  }
}

/// Something outside the tests is not there.
public struct MissingPiece: Error, CustomStringConvertible {
  /// What is missing, and how to get it.
  public let description: String
  init(_ description: String) { self.description = description }
}
