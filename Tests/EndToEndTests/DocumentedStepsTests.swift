import Foundation
import Testing
import _TestSupport

/// The pages that say how to add something name files that exist, and registries hold what folders hold.
@Suite struct DocumentedStepsTests {
  static let pages = ["Adding-a-format", "Adding-a-stage", "Adding-an-architecture"]

  /// Paths in backquotes; those with `Mine` in them are to be made, so their folder must exist.
  @Test(arguments: pages) func namesWhatExists(page: String) throws {
    let url = Golden.root.appending(path: "Documentation/\(page).md")
    let text = try String(contentsOf: url, encoding: .utf8)
    let paths = text.split(separator: "`").filter { span in
      ["Sources/", "Formats/", "Tests/", "Golden/", "tools/", "Documentation/"].contains {
        span.hasPrefix($0)
      }
    }
    #expect(paths.count >= 4, "\(page) names \(paths.count) paths")
    for path in paths {
      var path = String(path)
      while path.lowercased().contains("mine") {
        path = String(path[..<(path.dropLast().lastIndex(of: "/") ?? path.startIndex)])
      }
      let target = Golden.root.appending(path: path).path()
      #expect(FileManager.default.fileExists(atPath: target), "\(page): \(path)")
    }
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: Golden.root.appending(path: folder).path()
    ).sorted()
  }

  @Test func everyArchitectureFileIsListed() throws {
    let result = try lathe("architectures", "--json")
    let list = try JSONSerialization.jsonObject(with: Data(result.standardOutput.utf8))
    let known = (list as? [[String: Any]])?.compactMap { $0["name"] as? String } ?? []
    let files = try names("Formats/Architectures").filter { $0.hasSuffix(".arch") }
    #expect(known.sorted().map { $0 + ".arch" } == files)
  }

  @Test func everyFormatFolderIsListed() throws {
    let result = try lathe("formats", "--json")
    let list = try JSONSerialization.jsonObject(with: Data(result.standardOutput.utf8))
    let known = (list as? [[String: Any]])?.compactMap { $0["id"] as? String } ?? []
    // Importance files hold statistics of a checkpoint, they are none.
    let folders = try names("Sources/Checkpoints").filter { !$0.hasSuffix(".swift") }
    #expect((known + ["importance"]).sorted() == folders.map { $0.lowercased() }.sorted())
  }

  @Test func everyStageFileHasItsLine() throws {
    for (folder, registry) in [
      ("Sources/Conversion/Stages", "Sources/Conversion/Stage+Registry.swift"),
      (
        "Sources/Conversion/Documents/Stages",
        "Sources/Conversion/Documents/DocumentStage+Registry.swift"
      ),
    ] {
      let list = try String(
        contentsOf: Golden.root.appending(path: registry), encoding: .utf8)
      let files = try names(folder)
      #expect(files.count >= 3)
      for file in files {
        let type = file.replacingOccurrences(of: ".swift", with: "")
        let text = try String(
          contentsOf: Golden.root.appending(path: "\(folder)/\(file)"), encoding: .utf8)
        guard
          text.contains("struct \(type): Stage") || text.contains("struct \(type): DocumentStage")
        else { continue }
        #expect(list.contains("\(type)("), "\(registry) lacks \(type)")
      }
    }
  }
}
