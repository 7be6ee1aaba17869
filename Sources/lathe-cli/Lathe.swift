import ArgumentParser

@main
struct LatheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "lathe")
}
