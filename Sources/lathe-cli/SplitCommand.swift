import ArgumentParser
import Lathe

struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Cuts a checkpoint into several files of a folder; data and keys stay as they are.")

  @Argument(help: "A checkpoint: file, folder, index file or first file of a split.")
  var source: String

  @Option(name: [.short, .customLong("output")], help: "The folder for the files.")
  var output: String

  @Option(help: "Most bytes of tensors in one file, such as 2GB.")
  var maxShardSize: String?

  @Option(help: "Most tensors in one file (GGUF).")
  var maxTensors: Int?

  @OptionGroup var arguments: RunArguments

  @Flag(help: "Print the plan and stop.")
  var dryRun = false

  func run() throws {
    guard maxShardSize != nil || maxTensors != nil else {
      throw ValidationError("split needs --max-shard-size or --max-tensors")
    }
    if let maxTensors, maxTensors < 1 {
      throw ValidationError("--max-tensors takes a number from 1, found \(maxTensors)")
    }
    var request = try Containers.request(from: source, to: output)
    request.maxShardBytes = try maxShardSize.map {
      try ByteSize.parse($0, option: "--max-shard-size")
    }
    request.maxShardTensors = maxTensors
    try Conversions.run(request, arguments, dryRun: dryRun, json: false)
  }
}

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Joins the files of a split checkpoint; data and keys stay as they are.")

  @Argument(help: "The first file, the index file or the folder of the split.")
  var source: String

  @Option(name: [.short, .customLong("output")], help: "The one file.")
  var output: String

  @OptionGroup var arguments: RunArguments

  @Flag(help: "Print the plan and stop.")
  var dryRun = false

  func run() throws {
    try Conversions.run(
      try Containers.request(from: source, to: output), arguments, dryRun: dryRun, json: false)
  }
}

/// Requests that change the files, not what is in them.
enum Containers {
  /// A request that keeps format, names, types and keys.
  static func request(from source: String, to output: String) throws -> ConversionRequest {
    var request = ConversionRequest(source: source, destination: output)
    request.format = try SourceCheckpoint(source).reader.format.id
    request.keepsNames = true
    request.lineage = .kept
    request.threads = Resources.processorCount
    return request
  }
}
