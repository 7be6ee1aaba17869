import Foundation
import Testing
import _TestSupport

/// The files that Transformers has read and judged are, byte for byte, the files that Lathe writes today.
///
/// Transformers and torch are too heavy for the tests: tools/peers/refresh runs them and records what they read
/// (Golden/Peers/wayback-*.json). Here the recorded commands run again, and the hashes must come out the same.
@Suite struct EvidenceTests {
  struct Evidence: Decodable {
    struct Judgement: Decodable {
      let files: [String: String]
    }
    let `case`: String
    let commands: [[String]]
    let back: Judgement
    let max_difference: Double
  }

  static let names: [String] = {
    let folder = Golden.path("Peers")
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return found.filter { $0.hasPrefix("wayback-") && $0.hasSuffix(".json") }.sorted()
  }()

  @Test func everyReferenceCaseHasEvidence() {
    for name in ["llama-spm-gqa", "llama-bpe-kquant", "mistral-gqa", "bert", "rod"] {
      #expect(
        Self.names.contains("wayback-\(name).json"), "run tools/peers/refresh wayback and commit it"
      )
    }
  }

  @Test(arguments: names)
  func recordedFilesAreWrittenAgain(name: String) throws {
    let evidence = try JSONDecoder().decode(
      Evidence.self, from: Data(try Golden.bytes("Peers/\(name)")))
    #expect(evidence.max_difference <= 1e-5)

    let folder = try TemporaryFolder()
    let model = folder.url.appending(path: URL(filePath: evidence.case).lastPathComponent)
    try Golden.unpack("Models/\(evidence.case)", to: model)
    let work = folder.path("work")
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    for command in evidence.commands {
      let arguments = command.map {
        $0.replacingOccurrences(of: "{model}", with: model.path())
          .replacingOccurrences(of: "{work}", with: work)
      }
      let result = try LatheBinary.run(arguments)
      try #require(result.status == 0, "lathe \(command): \(result.standardError)")
    }

    let back = URL(filePath: work).appending(path: "back")
    var found: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: back.path()) {
      let url = back.appending(path: path)
      guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else {
        continue
      }
      found[path] = Golden.sha256(try Data(contentsOf: url))
    }
    #expect(found.keys.sorted() == evidence.back.files.keys.sorted())
    for (path, hash) in evidence.back.files {
      #expect(found[path] == hash, "\(path) differs from the one Transformers read")
    }
  }
}
