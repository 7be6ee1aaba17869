import Foundation
import Lathe
import _TestSupport

/// A checkpoint of Golden/Models, changed before it is converted.
struct EditedModel {
  let path: String

  init(_ name: String, in folder: TemporaryFolder) throws {
    path = try ModelCase(path: name).unpack(into: folder)
  }

  /// Sets keys of config.json; nil takes one away.
  func configure(_ changes: [String: JSONValue?]) throws {
    let url = URL(filePath: "\(path)/config.json")
    var config = try JSONValue.parse(Array(try Data(contentsOf: url)))
    for (key, value) in changes { config[key] = value }
    try Data(config.text().utf8).write(to: url)
  }

  /// Writes the tensors anew.
  func rewrite(_ change: (inout [String: Content.Tensor]) throws -> Void) throws {
    var tensors = try Content(path).tensors
    try change(&tensors)
    let list = tensors.sorted { $0.key < $1.key }.map { name, tensor in
      SmallFiles.Tensor(name, tensor.encoding.name.uppercased(), tensor.shape.axes, tensor.bytes)
    }
    try Data(SmallFiles.safetensors(list)).write(to: URL(filePath: "\(path)/model.safetensors"))
  }

  /// Converts it to a GGUF.
  @discardableResult
  func convert(to output: String, type: String = "source", forced: Bool = false) throws -> Plan {
    var request = ConversionRequest(source: path, destination: output)
    request.type = type
    request.forceLossyArchitecture = forced
    let (plan, opened) = try Planner(request).plan()
    var options = RunOptions()
    options.sync = false
    _ = try Executor(plan: plan, source: opened, options: options).run()
    return plan
  }
}

extension Content.Tensor {
  /// Slices along the first axis, each without it.
  var slices: [Content.Tensor] {
    let count = shape.axes.first ?? 0
    guard count > 0 else { return [] }
    let size = bytes.count / count
    return (0..<count).map {
      Content.Tensor(
        encoding: encoding, shape: Shape(Array(shape.axes.dropFirst())),
        bytes: Array(bytes[$0 * size..<($0 + 1) * size]))
    }
  }

  /// Tensors behind one another along their first axis.
  static func joined(_ parts: [Content.Tensor]) -> Content.Tensor {
    let rows = parts.reduce(0) { $0 + ($1.shape.axes.first ?? 0) }
    return Content.Tensor(
      encoding: parts[0].encoding, shape: Shape([rows] + parts[0].shape.axes.dropFirst()),
      bytes: parts.flatMap(\.bytes))
  }

  /// Tensors of one shape along a new first axis.
  static func stacked(_ parts: [Content.Tensor]) -> Content.Tensor {
    Content.Tensor(
      encoding: parts[0].encoding, shape: Shape([parts.count] + parts[0].shape.axes),
      bytes: parts.flatMap(\.bytes))
  }
}
