import Architectures
import Documents
import Failures
import Foundation
import OrderedCollections
import Tensors
import Testing
import _TestSupport

/// A checkpoint's header, and what the peer's converter made of it.
struct HeaderCase: CustomStringConvertible, Sendable {
  let name: String
  let json: JSONValue

  init(_ name: String) throws {
    self.name = name
    json = try JSONValue.parse(try Golden.bytes("Architectures/headers/\(name).json"))
  }

  var description: String { name }
  var config: JSONValue { json["config"] ?? .null }
  var family: String { json["family"]?.string ?? "" }

  /// All cases whose names pass.
  static func all(_ accepts: (String) -> Bool = { _ in true }) -> [HeaderCase] {
    let folder = Golden.path("Architectures/headers")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let stems = names.map {
      $0.replacingOccurrences(of: ".zst", with: "").replacingOccurrences(of: ".json", with: "")
    }
    return stems.sorted().filter(accepts).compactMap { try? HeaderCase($0) }
  }

  func architecture() throws -> Architecture {
    for name in config["architectures"]?.array?.compactMap(\.string) ?? [] {
      if let shipped = try Architectures.find(class: name) { return shipped }
    }
    let text = String(
      decoding: try Golden.bytes("Architectures/drafts/\(family).arch"), as: UTF8.self)
    return try Architectures.parse(file: "\(family).arch", text: text)
  }

  private func shapes(_ key: String) -> OrderedDictionary<String, Shape> {
    var result = OrderedDictionary<String, Shape>()
    for item in json[key]?.array ?? [] {
      guard let name = item[0]?.string else { continue }
      result[name] = Shape((item[1]?.array ?? []).compactMap(\.int))
    }
    return result
  }

  /// Hugging Face names and shapes.
  var tensors: OrderedDictionary<String, Shape> { shapes("tensors") }
  /// GGUF names and shapes in file order.
  var ggufTensors: OrderedDictionary<String, Shape> { shapes("gguf") }

  /// Keys of the architecture in file order.
  var keys: Metadata {
    var result = Metadata()
    for item in json["keys"]?.array ?? [] {
      guard let key = item[0]?.string, let type = item[1]?.string, let value = item[2] else {
        continue
      }
      switch type {
      case "UINT32": result[key] = .u32(UInt32(value.int ?? -1))
      case "FLOAT32": result[key] = .f32(Float(value.double ?? .nan))
      case "BOOL": result[key] = .bool(value.bool ?? false)
      case "STRING": result[key] = .string(value.string ?? "")
      case "ARRAY/STRING":
        result[key] = .array(.strings(PackedStrings((value.array ?? []).compactMap(\.string))))
      case "ARRAY/BOOL": result[key] = .array(.bool((value.array ?? []).compactMap(\.bool)))
      default: Issue.record("unknown type \(type) of \(key)")
      }
    }
    return result
  }

  var ropeFactors: [Float]? {
    json["rope_freqs"]?.array?.map { Float(bitPattern: UInt32($0.int ?? 0)) }
  }

  /// Experts that are stored in blocks: the packing's parts are one tensor to a description.
  static func packed(
    _ config: JSONValue, _ names: some Sequence<String>
  ) -> [String: Encoding] {
    guard config["quantization_config"]?["quant_method"]?.string == "mxfp4" else { return [:] }
    let experts = names.filter {
      $0.hasSuffix("_exps.weight") || $0.contains(".experts.") && $0.hasSuffix("_proj")
    }
    let blocks = Encoding(name: "mxfp4", blockElements: 32, blockBits: 136)
    return Dictionary(uniqueKeysWithValues: experts.map { ($0, blocks) })
  }

  var header: PlainHeader {
    var header = PlainHeader(dialect: .huggingface, config: config, tensors: tensors)
    header.encodings = Self.packed(config, tensors.keys)
    return header
  }

  /// The header of the peer's GGUF.
  var ggufHeader: PlainHeader {
    var metadata = keys
    let prefix = keys.keys.first?.split(separator: ".").first.map(String.init) ?? ""
    metadata["general.architecture"] = .string(prefix)
    var values: [String: [Float]] = [:]
    if let ropeFactors { values["rope_freqs.weight"] = ropeFactors }
    var header = PlainHeader(
      dialect: .gguf, metadata: metadata, tensors: ggufTensors, smallValues: values)
    header.encodings = Self.packed(config, ggufTensors.keys)
    return header
  }
}
