import Foundation
import PackagePlugin

@main
struct EmbedFormats: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let target = target as? any SourceModuleTarget else { return [] }
    let kinds = [".arch", ".part", ".recipe", ".json", ".md"]
    let files = kinds.flatMap { suffix in target.sourceFiles(withSuffix: suffix).map(\.url) }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedDocuments.swift")
    return [
      .buildCommand(
        displayName: "Embedding \(files.count) knowledge files",
        executable: try context.tool(named: "EmbedFormatsTool").url,
        arguments: [output.path(), target.directoryURL.path()] + files.map { $0.path() },
        inputFiles: files, outputFiles: [output])
    ]
  }
}
