import ArgumentParser
import Lathe

struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Quantizes a checkpoint; its format stays unless the type needs another.",
    discussion: """
      The same engine as 'lathe convert': from any source in one step, without a file in between. \
      --dry-run prints the size and type of every tensor.
      """)

  @OptionGroup var request: RequestOptions
  @OptionGroup var arguments: RunArguments

  @Flag(help: "Print the plan with every tensor and stop.")
  var dryRun = false

  @Flag(help: "Print the result as one JSON document.")
  var json = false

  func validate() throws {
    guard request.type != "source" || request.types.choosesTypes else {
      throw ValidationError("quantize needs --type, --recipe or a budget (--target-size ...)")
    }
  }

  func run() throws {
    var request = try request.request()
    request.prefersSourceFormat = true
    try Conversions.run(request, arguments, dryRun: dryRun, everyTensor: true, json: json)
  }
}
