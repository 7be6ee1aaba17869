import Documents
import Foundation
import OrderedCollections
import Testing
import Tokenizers
import _TestSupport

/// A tokenizer folder and the keys that llama.cpp's converter writes for it.
struct GoldenVariant: Sendable, CustomTestStringConvertible {
  let name: String
  let length: Int
  let source: TokenizerSource
  /// nil where the converter fails.
  let keys: Metadata?

  var testDescription: String { name }

  static let variants = load("variants.json")
  static let fixtures = load("fixtures.json")

  static func named(_ name: String) -> GoldenVariant? {
    (variants + fixtures).first { $0.name == name }
  }

  private static func load(_ file: String) -> [GoldenVariant] {
    guard let bytes = try? Golden.bytes("Tokenizers/variants/\(file)"),
      let root = try? JSONValue.parse(bytes), let entries = root.object
    else { return [] }
    return entries.compactMap { name, entry in
      var files: [String: [UInt8]] = [:]
      for (file, content) in entry["files"]?.object ?? [:] {
        if let text = content.string { files[file] = Array(text.utf8) }
        if let coded = content["base64"]?.string, let data = Data(base64Encoded: coded) {
          files[file] = [UInt8](data)
        }
      }
      guard let length = entry["vocab_size"]?.int else { return nil }
      let config = entry["config"]
      return GoldenVariant(
        name: name, length: length, source: TokenizerSource(files: files, config: config),
        keys: entry["kv"].map(metadata))
    }
  }

  private static func metadata(_ kv: JSONValue) -> Metadata {
    var result: Metadata = [:]
    for (key, entry) in kv.object ?? [:] { result[key] = value(entry) }
    return result
  }

  private static func value(_ entry: JSONValue) -> MetadataValue? {
    let value = entry["value"]
    switch (entry["type"]?.string, entry["elem_type"]?.string) {
    case ("STRING", _): return value?.string.map { .string($0) }
    case ("BOOL", _): return value?.bool.map { .bool($0) }
    case ("UINT32", _): return value?.int.map { .u32(UInt32($0)) }
    case ("ARRAY", "STRING"):
      return .array(.strings(PackedStrings(value?.array?.compactMap(\.string) ?? [])))
    case ("ARRAY", "INT32"):
      return .array(.i32(value?.array?.compactMap { $0.int.map(Int32.init) } ?? []))
    case ("ARRAY", "FLOAT32"):
      return .array(.f32(value?.array?.compactMap { $0.double.map { Float($0) } } ?? []))
    default: return nil
    }
  }
}

/// What differs between two sets of keys, in words.
func differences(_ found: Metadata, _ expected: Metadata) -> [String] {
  var result: [String] = []
  for key in expected.keys where found[key] == nil { result.append("\(key): missing") }
  for (key, value) in found {
    guard let wanted = expected[key] else {
      result.append("\(key): added")
      continue
    }
    if case .array(let list) = value, case .array(let other) = wanted, list.count == other.count {
      for index in 0..<list.count where list.element(at: index) != other.element(at: index) {
        result.append("\(key)[\(index)]")
      }
      if list.elementTypeName != other.elementTypeName { result.append("\(key): type") }
      if case (.strings(let a), .strings(let b)) = (list, other), a != b {
        for index in a.indices where !a.utf8(at: index).elementsEqual(b.utf8(at: index)) {
          result.append("\(key)[\(index)]: bytes")
        }
      }
    } else if value != wanted {
      result.append(key)
    }
  }
  return result
}
