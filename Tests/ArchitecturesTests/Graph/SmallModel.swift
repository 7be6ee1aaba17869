import Architectures
import Tensors

/// A model written by hand: what a graph is built from, without a file.
struct SmallModel: GraphContext {
  /// A tensor's shape and bias.
  struct Entry {
    var shape: Shape
    var bias: Shape?
    /// The layers that have it, nil for all.
    var layers: [Int]?
    /// The tensor that it is tied to.
    var tied: String?
    init(_ axes: Int..., bias: [Int]? = nil, layers: [Int]? = nil, tied: String? = nil) {
      shape = Shape(axes)
      self.bias = bias.map { Shape($0) }
      self.layers = layers
      self.tied = tied
    }
  }

  var parameters: [String: Value] = [:]
  /// Rows outside groups.
  var tensors: [String: Entry] = [:]
  /// Rows by group.
  var groups: [String: (count: Int, rows: [String: Entry])] = [:]

  func hasParameter(_ name: String) -> Bool { parameters[name] != nil }

  func record(_ prefix: String) -> [(name: String, value: Value)] {
    parameters.filter { $0.key.hasPrefix(prefix + ".") }
      .map { (String($0.key.dropFirst(prefix.count + 1)), $0.value) }
  }

  func layerCount(of group: String) -> Int? { groups[group]?.count }

  func tensor(_ row: String, group: String?, layer: Int?) -> GraphTensor {
    guard let group else {
      guard let entry = tensors[row] else { return .unknown }
      if let tied = entry.tied, let other = tensors[tied] {
        return .present(name: tied, shape: other.shape, bias: other.bias)
      }
      return entry.layers == []
        ? .absent : .present(name: row, shape: entry.shape, bias: entry.bias)
    }
    guard let layer, let entry = groups[group]?.rows[row] else { return .unknown }
    if let layers = entry.layers, !layers.contains(layer) { return .absent }
    return .present(name: "\(group).\(layer).\(row)", shape: entry.shape, bias: entry.bias)
  }

  func evaluate(_ expression: Expression, layer: Int?) throws(ArchitectureError) -> Value {
    switch expression {
    case .value(let value): return value
    case .name("layer"):
      if let layer { return .int(layer) }
    case .name(let name):
      if let value = parameters[name] { return value }
    case .element(let name, let index):
      if case .list(let list) = parameters[name],
        case .int(let index) = try evaluate(index, layer: layer), list.indices.contains(index)
      {
        return list[index]
      }
    case .unary(.minus, let operand):
      if case .int(let value) = try evaluate(operand, layer: layer) { return .int(-value) }
    case .unary(.not, let operand):
      if case .bool(let value) = try evaluate(operand, layer: layer) { return .bool(!value) }
    case .binary(let sign, let left, let right):
      let left = try evaluate(left, layer: layer)
      let right = try evaluate(right, layer: layer)
      switch (sign, left, right) {
      case (.equal, _, _): return .bool(left == right)
      case (.less, .int(let a), .int(let b)): return .bool(a < b)
      case (.greater, .int(let a), .int(let b)): return .bool(a > b)
      case (.plus, .int(let a), .int(let b)): return .int(a + b)
      case (.times, .int(let a), .int(let b)): return .int(a * b)
      default: break
      }
    default: break
    }
    throw ArchitectureError(.name, "cannot evaluate \(expression)")
  }

  /// Two layers of width 8 with two heads, a feed-forward part of 16, and 32 tokens.
  static var plain: SmallModel {
    var model = SmallModel()
    model.parameters = [
      "heads": .int(2), "eps": .real(0.5), "scale": .real(0.25), "activation": .text("silu"),
      "flag": .bool(true), "window": .int(4), "expert_count": .int(4), "tilt": .text("relu"),
      "wave.theta": .real(10000), "wave.kind": .text("default"),
      "sliding": .list([.bool(true), .bool(false), .bool(true)]),
    ]
    model.tensors = [
      "embedding": Entry(32, 8), "final_norm": Entry(8), "head": Entry(1, tied: "embedding"),
      "factors": Entry(2, layers: []), "stack": Entry(4, 16, 8),
    ]
    model.groups["block"] = (
      2,
      [
        "norm": Entry(8), "wq": Entry(8, 8, bias: [8]), "wk": Entry(8, 8), "wv": Entry(8, 8),
        "out": Entry(8, 8), "up": Entry(16, 8), "down": Entry(8, 16),
        "late": Entry(8, 8, layers: [1]), "router": Entry(4, 8), "ups": Entry(4, 16, 8),
        "downs": Entry(4, 8, 16, bias: [4, 8]),
      ]
    )
    return model
  }
}
