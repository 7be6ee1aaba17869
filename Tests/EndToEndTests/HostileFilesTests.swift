import Foundation
import Testing
import _TestSupport

/// Files with one defect each: the program names the defect, quickly, and leaves nothing behind.
@Suite struct HostileFilesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let group: String
    let name: String
    let expect: String
    var testDescription: String { "\(group)/\(name)" }
    /// Where its messages are written down.
    var key: String { "\(group)/\(name)" }
    /// The ending of an output of the same format.
    var ending: String { group == "gguf" ? "gguf" : group == "pytorch" ? "bin" : "safetensors" }
  }

  private struct Manifest: Decodable {
    struct Entry: Decodable {
      let name: String?
      let expect: String
    }
    let cases: [String: Entry]?
    let hostile: [Entry]?
  }

  static let cases: [Case] = {
    let manifests = [
      ("safetensors", "safetensors/hostile"), ("index", "index/hostile"),
      ("pytorch", "pytorch"), ("gguf", "gguf/hostile"),
    ]
    return manifests.flatMap { group, folder in
      let bytes = (try? Golden.bytes("FileFormats/\(folder)/manifest.json")) ?? []
      let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(bytes))
      let named = manifest?.cases?.map { Case(group: group, name: $0.key, expect: $0.value.expect) }
      let listed = manifest?.hostile?.map {
        Case(group: group, name: $0.name ?? "", expect: $0.expect)
      }
      return (named ?? listed ?? []).sorted { $0.name < $1.name }
    }
  }()

  /// What the program says about each refused file, by case.
  static let messagesFile = "FileFormats/hostile-messages.json"
  static let messages: [String: String] = {
    let bytes = (try? Golden.bytes(messagesFile)) ?? []
    return (try? JSONDecoder().decode([String: String].self, from: Data(bytes))) ?? [:]
  }()

  @Test func theyAreAll179() {
    #expect(Self.cases.count == 179)
    #expect(Self.cases.count { $0.expect == "reject" } == 140)
    #expect(Self.cases.count { $0.expect == "accept" } == 16)
    #expect(Self.cases.count { $0.expect == "either" } == 23)
  }

  @Test(arguments: cases) func isJudged(_ item: Case) throws {
    let folder = try TemporaryFolder()
    let input = try Self.unpack(item, into: folder)
    let outputs = try folder.makeFolder("out")
    let inspected = try LatheBinary.measure(["inspect", input])
    try check(inspected, item, folder)
    let ending = item.expect == "reject" ? "safetensors" : item.ending
    // The index file itself is named here, the folder that holds it above.
    let source = item.group == "index" ? try Self.index(in: input) : input
    let output = outputs + "/out." + ending
    let converted = try LatheBinary.measure(["convert", source, "-o", output, "--quiet"])
    try check(converted, item, folder)
    #expect(converted.standardOutput == "")
    if item.expect == "reject" || converted.status != 0 {
      #expect(try FileManager.default.contentsOfDirectory(atPath: outputs) == [])
    } else {
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: outputs) == ["out." + ending])
    }
    #expect(try Self.markers() == [])
    if item.expect == "reject", !Snapshot.isRecording {
      #expect(Self.message(inspected, folder) == Self.messages[item.key])
    }
  }

  private func check(_ result: ProcessResult, _ item: Case, _ folder: TemporaryFolder) throws {
    let said = Comment(rawValue: "\(item.key): \(result.status): \(result.standardError)")
    switch item.expect {
    case "accept": #expect(result.status == 0, said)
    case "reject": #expect([65, 66, 69].contains(result.status), said)
    default: #expect([0, 65, 66, 69].contains(result.status), said)
    }
    // Processor time: other work on the machine must not fail a test.
    #expect(try #require(result.cpuSeconds) < 1, said)
    #expect(result.seconds < 20, said)
    #expect(try #require(result.peakBytes) < 100_000_000, said)
    guard result.status != 0 else { return }
    #expect(result.standardError.hasPrefix("lathe: error: "), said)
    #expect(result.standardError.contains(folder.path("in")), said)
    #expect(!result.standardError.contains("Fatal error"), said)
    #expect(result.standardError.split(separator: "\n").count == 1, said)
  }

  /// Writes down what the program says; the file is read by people before it is committed.
  @Test(.enabled(if: Snapshot.isRecording)) func recordMessages() throws {
    var messages: [String: String] = [:]
    for item in Self.cases where item.expect == "reject" {
      let folder = try TemporaryFolder()
      let input = try Self.unpack(item, into: folder)
      messages[item.key] = Self.message(try LatheBinary.run(["inspect", input]), folder)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(messages), as: UTF8.self)
    try Snapshot.check(Self.messagesFile, text + "\n")
  }

  private static func message(_ result: ProcessResult, _ folder: TemporaryFolder) -> String {
    "\(result.status) "
      + folder.normalised(result.standardError).replacingOccurrences(of: "FOLDER/in/", with: "")
      .trimmingCharacters(in: .newlines)
  }

  /// Puts the case's file or folder into `in/`; what a climbing name leads to does exist.
  private static func unpack(_ item: Case, into folder: TemporaryFolder) throws -> String {
    if item.group == "index" {
      let target = folder.url.appending(path: "in/\(item.name)")
      try Golden.unpack("FileFormats/index/hostile/\(item.name)", to: target)
      try Golden.unpack("FileFormats/index/hostile/ok", to: folder.url.appending(path: "in/ok"))
      let pickle = try Golden.bytes("FileFormats/pytorch/hostile/ok-handmade.bin")
      _ = try folder.write("torch/ok-handmade.bin", pickle)
      return target.path()
    }
    let bytes = try Golden.bytes("FileFormats/\(item.group)/hostile/\(item.name)")
    return try folder.write("in/\(item.name)", bytes)
  }

  private static func index(in folder: String) throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return folder + "/" + (names.first { $0.hasSuffix(".index.json") } ?? "")
  }

  /// Files that the pickles would make if anything in them were run.
  private static func markers() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/tmp")
      .filter { $0.hasPrefix("PWNED-shared-") }
  }
}
