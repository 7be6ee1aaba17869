import Foundation
import Lathe
import _TestSupport

/// A checkpoint below Golden/Models.
struct ModelCase: CustomStringConvertible, Sendable {
  /// Its folder there: `variants/bert-cased`.
  let path: String
  /// The folder's own name, which `general.name` comes from.
  var name: String { String(path.split(separator: "/").last ?? "") }
  var description: String { path }

  /// Every folder with a config.json.
  static let all: [ModelCase] = {
    let root = Golden.path("Models")
    let found = (try? FileManager.default.subpathsOfDirectory(atPath: root)) ?? []
    return found.filter { $0.hasSuffix("/config.json") && !$0.contains("/1_Pooling/") }
      .map { ModelCase(path: String($0.dropLast("/config.json".count))) }
      .filter(\.isKnown)
      .sorted { $0.path < $1.path }
  }()

  /// Cases that llama.cpp computes otherwise: conversion to GGUF must be forced.
  static let lossy: Set<String> = ["gptoss-bare", "gptoss-mxfp4", "mamba-biases"]

  /// Whether an architecture describes its class.
  private var isKnown: Bool {
    guard let config = try? JSONValue.parse(Golden.bytes("Models/\(path)/config.json")),
      let names = config["architectures"]?.array?.compactMap(\.string),
      let known = try? Architectures.all.get()
    else { return false }
    // What GGUF has no architecture for is refused; its tests are elsewhere.
    return names.contains { name in
      known.contains { $0.classes.contains(name) && !$0.gguf.isEmpty }
    }
  }

  /// The types that the peer was asked for, with what it wrote.
  var expectations: [(type: String, file: String)] {
    let folder = path == "rod" ? "Peers" : "Models/\(path)"
    let start = path == "rod" ? "rod-gguf" : "expected-gguf"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Golden.path(folder))) ?? []
    return names.filter { $0.hasPrefix(start) }.sorted().map { name in
      let file = name.hasSuffix(".zst") ? String(name.dropLast(4)) : name
      let type = file.dropFirst(start.count).dropLast(".json".count).drop { $0 == "-" }
      return (type.isEmpty ? "f32" : String(type), "\(folder)/\(file)")
    }
  }

  /// Unpacks it into a folder of its own name; what the peer expects stays away.
  func unpack(into folder: TemporaryFolder) throws -> String {
    let target = folder.url.appending(path: name)
    try Golden.unpack("Models/\(path)", to: target)
    for file in try FileManager.default.contentsOfDirectory(atPath: target.path())
    where file.hasPrefix("expected") {
      try FileManager.default.removeItem(at: target.appending(path: file))
    }
    return target.path()
  }
}

/// A conversion inside this process.
enum Conversion {
  /// Plans and runs it.
  @discardableResult
  static func run(
    _ source: String, _ destination: String, type: String = "source", format: String? = nil
  ) throws -> Plan {
    var request = ConversionRequest(source: source, destination: destination)
    request.forceLossyArchitecture = ModelCase.lossy.contains { source.hasSuffix("/\($0)") }
    request.type = type
    request.format = format
    let (plan, opened) = try Planner(request).plan()
    var options = RunOptions()
    options.sync = false
    _ = try Executor(plan: plan, source: opened, options: options).run()
    return plan
  }
}

/// What a checkpoint holds, read whole: for small ones.
struct Content {
  /// A tensor with its bytes.
  struct Tensor: Equatable {
    var encoding: Encoding
    var shape: Shape
    var bytes: [UInt8]

    /// The numbers of a scalar type as f32.
    func widened() throws -> [Float] {
      guard let type = encoding.scalarType,
        let conversion = ScalarConversion(from: type, to: .f32)
      else { throw GoldenError.damaged }
      var values = [Float](repeating: 0, count: bytes.count * 8 / type.bits)
      bytes.withUnsafeBytes { from in
        values.withUnsafeMutableBytes { into in
          _ = conversion.run(from, into: into, count: into.count / 4)
        }
      }
      return values
    }
  }

  let metadata: Metadata
  let tensors: [String: Tensor]

  init(_ path: String) throws {
    let reader = try SourceCheckpoint(path).reader
    var tensors: [String: Tensor] = [:]
    for (index, spec) in reader.tensors.enumerated() {
      var bytes = [UInt8](repeating: 0, count: spec.byteCount)
      try bytes.withUnsafeMutableBytes { buffer in
        try reader.read(tensor: index, range: 0..<spec.byteCount, into: buffer)
      }
      tensors[spec.name] = Tensor(encoding: spec.encoding, shape: spec.shape, bytes: bytes)
    }
    self.tensors = tensors
    metadata = reader.metadata
  }
}
