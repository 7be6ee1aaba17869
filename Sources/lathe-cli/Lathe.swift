import ArgumentParser
import Lathe

@main
struct LatheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lathe",
    abstract: "Reads, converts, quantizes and proves model checkpoints.",
    version: LatheVersion.text,
    subcommands: [
      InspectCommand.self, ConvertCommand.self, QuantizeCommand.self, PlanCommand.self,
      SplitCommand.self, MergeCommand.self, MetadataCommand.self, TokenizerCommand.self,
      TypesCommand.self, RecipesCommand.self, FormatsCommand.self, ArchitecturesCommand.self,
    ])

  static func main() {
    Interruption.install()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as any ReportableError {
      Output.error(error)
      Process.exit(error.exitStatus)
    } catch {
      exit(withError: error)
    }
  }
}
