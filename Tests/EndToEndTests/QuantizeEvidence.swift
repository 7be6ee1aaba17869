import Foundation
import Testing
import _TestSupport

/// What llama-quantize made of the seeded models (tools/peers/quantize_evidence.py).
struct QuantizeEvidence: Decodable {
  /// One output file.
  struct File: Decodable {
    let name: String
    /// Key -> GGUF type and value, of keys that are not as in the model.
    let metadata: [String: Entry]
    /// Keys of the model that are gone.
    let gone: [String]
    /// "name type hash".
    let tensors: [String]
  }

  /// A key's GGUF type and value as text.
  struct Entry: Decodable, Equatable {
    let type: UInt32
    let value: String

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      type = try container.decode(UInt32.self)
      value = try container.decode(String.self)
    }
  }

  /// One run of llama-quantize.
  struct Run: Decodable, Sendable, CustomTestStringConvertible {
    let model: String
    let importance: String?
    let preset: String
    let options: [String]
    /// A preset that was applied before.
    let first: String?
    /// Refused for want of an importance file.
    let refused: Bool?
    let files: [File]?

    var testDescription: String {
      ([model, preset, importance ?? "no importance"] + options).joined(separator: " ")
    }
  }

  let inputs: [String: String]
  let runs: [Run]

  static func read() throws -> Self {
    try JSONDecoder().decode(
      Self.self, from: Data(try Golden.bytes("Peers/quantize-seeded.json")))
  }
}
