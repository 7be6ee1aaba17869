import ArgumentParser
import Lathe

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Shows what 'convert' would do: routes, classes, files, sizes, memory.")

  @OptionGroup var request: RequestOptions

  @Option(help: "text, json or mermaid.")
  var format: PlanFormat = .text

  @Flag(help: "List every tensor.")
  var tensors = false

  enum PlanFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, mermaid
  }

  func run() throws {
    let plan = try Planner(try request.request()).plan().plan
    switch format {
    case .text: Output.result(plan.text(everyTensor: tensors))
    case .json: Output.result(plan.json)
    case .mermaid: Output.result(plan.mermaid)
    }
  }
}
