import ArgumentParser
import Lathe

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows format, metadata, tensors, types and sizes of checkpoints.")

  @Argument(help: "Files, folders, index files or the first file of a split.")
  var paths: [String]

  @Flag(help: "List every tensor, however many there are.")
  var tensors = false

  @Flag(help: "Read every listed tensor: min, max, mean, standard deviation, NaN, Inf and zeros.")
  var stats = false

  @Flag(help: "Look at this one file alone: no index, no other files of a split.")
  var physical = false

  @Option(help: "List only tensors whose name matches this pattern (* and ?); repeatable.")
  var filter: [String] = []

  @Option(help: "Threads for --stats; by default all processors.")
  var threads: Int?

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "With --json: write metadata arrays whole, however long.")
  var wholeArrays = false

  func run() throws {
    var options = Inspection.Options()
    options.filters = filter
    options.statistics = stats
    options.physical = physical
    options.threads = try Threads.count(threads)
    var documents: [JSONValue] = []
    for (index, path) in paths.enumerated() {
      let inspection = try Inspection(path, options: options)
      if json {
        documents.append(inspection.json(wholeArrays: wholeArrays))
      } else {
        let separator = index == 0 ? "" : "\n"
        Output.result(
          separator + inspection.text(everyTensor: tensors || !filter.isEmpty))
      }
    }
    guard json else { return }
    if documents.count == 1, let only = documents.first {
      Output.result(only)
    } else {
      Output.result(.array(documents))
    }
  }
}

/// The number of threads that a command uses.
enum Threads {
  /// The number asked for, or that of the processors.
  static func count(_ wanted: Int?) throws -> Int {
    guard let wanted else { return Resources.processorCount }
    guard (1...1024).contains(wanted) else {
      throw ValidationError("--threads takes a number from 1 to 1024, found \(wanted)")
    }
    return wanted
  }
}
