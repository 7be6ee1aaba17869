import Foundation
import Lathe
import _TestSupport

/// An adapter below Golden/Adapters.
struct AdapterCase: CustomStringConvertible, Sendable {
  let name: String
  /// Its base below Golden/Models.
  let base: String
  var description: String { name }

  private struct Manifest: Decodable {
    struct Case: Decodable { let base: String }
    let cases: [String: Case]
  }

  static let all: [AdapterCase] = {
    guard let bytes = try? Golden.bytes("Adapters/manifest.json"),
      let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(bytes))
    else { return [] }
    return manifest.cases.map { AdapterCase(name: $0.key, base: $0.value.base) }
      .sorted { $0.name < $1.name }
  }()

  static func named(_ name: String) throws -> AdapterCase {
    guard let found = all.first(where: { $0.name == name }) else { throw GoldenError.damaged }
    return found
  }

  /// What the peer makes of it: `expected-gguf.json`; nil where it refuses.
  var expectation: [UInt8]? { try? Golden.bytes("Adapters/\(name)/expected-gguf.json") }

  /// Unpacks the adapter and its base, each in a folder of its own name.
  func unpack(into folder: TemporaryFolder) throws -> (base: String, adapter: String) {
    let target = folder.url.appending(path: name)
    try Golden.unpack("Adapters/\(name)", to: target)
    try? FileManager.default.removeItem(at: target.appending(path: "expected-gguf.json"))
    let parent = folder.url.appending(path: "base")
    try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    let base = parent.appending(path: URL(filePath: self.base).lastPathComponent)
    try Golden.unpack("Models/\(self.base)", to: base)
    return (base.path(), target.path())
  }
}
