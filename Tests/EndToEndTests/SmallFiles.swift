import Foundation
import _TestSupport

/// Checkpoints put together by hand, so that no writer of Lathe's is trusted.
enum SmallFiles {
  /// A tensor as a safetensors file holds it.
  struct Tensor: Equatable {
    var name: String
    var type: String
    var shape: [Int]
    var bytes: [UInt8]

    /// A tensor of numbers.
    init<Number: BitwiseCopyable>(
      _ name: String, _ type: String, _ shape: [Int], _ numbers: [Number]
    ) {
      self.name = name
      self.type = type
      self.shape = shape
      bytes = numbers.withUnsafeBytes { Array($0) }
    }

    /// The bytes as numbers.
    func numbers<Number: BitwiseCopyable>(_ kind: Number.Type) -> [Number] {
      bytes.withUnsafeBytes { raw in
        stride(from: 0, to: raw.count, by: MemoryLayout<Number>.size).map {
          raw.loadUnaligned(fromByteOffset: $0, as: kind)
        }
      }
    }
  }

  /// A safetensors file.
  static func safetensors(_ tensors: [Tensor], metadata: [String: String] = [:]) -> [UInt8] {
    var position = 0
    let places = tensors.map { tensor in
      defer { position += tensor.bytes.count }
      return (tensor.name, tensor.type, tensor.shape, position, position + tensor.bytes.count)
    }
    return header(places, metadata) + tensors.flatMap(\.bytes)
  }

  /// Writes a safetensors file whose data is a hole: all zeros, and no disk taken.
  static func sparse(
    _ path: String, _ tensors: [(name: String, type: String, shape: [Int], width: Int)]
  ) throws {
    var position = 0
    let places = tensors.map { tensor in
      let count = tensor.shape.reduce(tensor.width, *)
      defer { position += count }
      return (tensor.name, tensor.type, tensor.shape, position, position + count)
    }
    let header = header(places, [:])
    try Data(header).write(to: URL(filePath: path))
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.truncate(atOffset: UInt64(header.count + position))
    try handle.close()
  }

  private static func header(
    _ places: [(name: String, type: String, shape: [Int], start: Int, end: Int)],
    _ metadata: [String: String]
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    members += places.map {
      "\"\($0.name)\":{\"dtype\":\"\($0.type)\",\"shape\":[\($0.shape.map(String.init).joined(separator: ","))]"
        + ",\"data_offsets\":[\($0.start),\($0.end)]}"
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    while text.count % 8 != 0 { text.append(0x20) }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }

  /// Reads a safetensors file: tensors by name, and the header's texts.
  static func read(
    _ path: String
  ) throws -> (tensors: [String: Tensor], metadata: [String: String]) {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let count = bytes.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let object = try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + count]))
    var tensors: [String: Tensor] = [:]
    var metadata: [String: String] = [:]
    for (name, value) in object as? [String: Any] ?? [:] {
      if name == "__metadata__" {
        metadata = value as? [String: String] ?? [:]
        continue
      }
      guard let member = value as? [String: Any], let type = member["dtype"] as? String,
        let shape = member["shape"] as? [Int], let offsets = member["data_offsets"] as? [Int],
        offsets.count == 2
      else { throw GoldenError.damaged }
      tensors[name] = Tensor(
        name, type, shape, Array(bytes[8 + count + offsets[0]..<8 + count + offsets[1]]))
    }
    return (tensors, metadata)
  }

  /// Numbers that differ, of all signs and many magnitudes, from a fixed seed.
  static func floats(_ count: Int, seed: UInt64 = 1) -> [Float] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let fraction = Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
      return fraction * [0.01, 0.3, 1, 7][Int(state >> 60) & 3]
    }
  }

  /// A bf16 checkpoint of one matrix per type that every container holds, and smaller tensors.
  static func mixed() -> [Tensor] {
    [
      Tensor("a.weight", "F32", [64, 96], floats(64 * 96)),
      Tensor("b.weight", "BF16", [32, 64], floats(32 * 64, seed: 2).map(bf16)),
      Tensor("c.weight", "F16", [5, 7], floats(35, seed: 3).map(Float16.init)),
      Tensor("d.weight", "F64", [3, 2, 4], floats(24, seed: 4).map(Double.init)),
      Tensor("e.ids", "I64", [9], (0..<9).map { Int64($0) << 40 }),
      Tensor("f.small", "I8", [3, 5], (0..<15).map { Int8($0 - 7) }),
      Tensor("g.bias", "F32", [96], floats(96, seed: 5)),
    ]
  }

  /// The upper half of a number, rounded to nearest, ties to even.
  static func bf16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    return UInt16((bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
  }

  /// A GGUF value.
  enum Value {
    case text(String)
    case u32(UInt32)
    case texts([String])
  }

  /// A GGUF file: little-endian, version 3, aligned to 32; type ids and dimensions as in the file.
  static func gguf(
    _ keys: [(String, Value)],
    _ tensors: [(name: String, type: UInt32, dims: [Int], bytes: [UInt8])]
  ) -> [UInt8] {
    var out = Array("GGUF".utf8)
    func number<Number: FixedWidthInteger>(_ value: Number) {
      withUnsafeBytes(of: value.littleEndian) { out += Array($0) }
    }
    func text(_ value: String) {
      number(UInt64(value.utf8.count))
      out += Array(value.utf8)
    }
    number(UInt32(3))
    number(UInt64(tensors.count))
    number(UInt64(keys.count))
    for (key, value) in keys {
      text(key)
      switch value {
      case .text(let value):
        number(UInt32(8))
        text(value)
      case .u32(let value):
        number(UInt32(4))
        number(value)
      case .texts(let values):
        number(UInt32(9))
        number(UInt32(8))
        number(UInt64(values.count))
        for value in values { text(value) }
      }
    }
    var position = 0
    for tensor in tensors {
      text(tensor.name)
      number(UInt32(tensor.dims.count))
      for length in tensor.dims { number(UInt64(length)) }
      number(tensor.type)
      number(UInt64(position))
      position += (tensor.bytes.count + 31) / 32 * 32
    }
    while out.count % 32 != 0 { out.append(0) }
    for tensor in tensors {
      out += tensor.bytes
      while out.count % 32 != 0 { out.append(0) }
    }
    return out
  }
}

/// Runs lathe with these arguments.
func lathe(_ arguments: String..., environment: [String: String] = [:]) throws -> ProcessResult {
  try LatheBinary.run(arguments, environment: environment)
}

extension TemporaryFolder {
  /// Names of everything in it, sorted.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path()).sorted()
  }

  /// The bytes of a file in it.
  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: url.appending(path: name)))
  }

  /// Makes a folder in it.
  func makeFolder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(
      at: url.appending(path: name), withIntermediateDirectories: true)
    return path(name)
  }

  /// The text with this folder's path, which differs from run to run, replaced.
  func normalised(_ text: String) -> String {
    text.replacingOccurrences(of: url.path(), with: "FOLDER/")
      .replacingOccurrences(of: "FOLDER//", with: "FOLDER/")
  }
}
