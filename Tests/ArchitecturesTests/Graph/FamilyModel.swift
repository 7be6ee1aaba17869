import Architectures
import Tensors

/// A model of a family, from hyper-parameters alone: it has the tensors that conditions ask for.
///
/// A reader of the same description that shares nothing with the library's, so that branches can be
/// tried for which there is no checkpoint.
struct FamilyModel: GraphContext {
  let architecture: Architecture
  /// Hyper-parameters that differ from their defaults.
  var given: [String: Value]
  /// Rows present where only a header would tell.
  var present: Set<String> = []
  var modelClass: String

  // MARK: Hyper-parameters

  func hasParameter(_ name: String) -> Bool { architecture.parameters[name] != nil }

  func record(_ prefix: String) throws(ArchitectureError) -> [(name: String, value: Value)] {
    var fields: [(name: String, value: Value)] = []
    for name in architecture.parameters.keys where name.hasPrefix(prefix + ".") {
      fields.append((String(name.dropFirst(prefix.count + 1)), try parameter(name, layer: nil)))
    }
    return fields
  }

  func parameter(_ name: String, layer: Int?) throws(ArchitectureError) -> Value {
    guard let row = architecture.parameters[name] else {
      throw ArchitectureError(.name, "no hyper-parameter '\(name)'")
    }
    if let value = given[name] {
      if case .list(let list) = value, row.type.count != .list, let layer { return list[layer] }
      return value
    }
    guard let formula = row.fixed ?? row.fallback else {
      throw ArchitectureError(.configuration, "'\(name)' is not given")
    }
    return try evaluate(formula.expression, layer: layer)
  }

  // MARK: Tensors

  func layerCount(of group: String) throws(ArchitectureError) -> Int? {
    for found in architecture.groups where found.name == group {
      if case .int(let count) = try parameter(found.count, layer: nil) { return count }
    }
    return nil
  }

  func tensor(_ name: String, group: String?, layer: Int?) throws(ArchitectureError) -> GraphTensor
  {
    let index = architecture.groups.firstIndex { $0.name == group }
    for row in architecture.rows where row.name == name && row.group == index {
      if row.isOptional, !present.contains(name) { return .absent }
      if try !holds(row.condition, layer) { return .absent }
      if let same = row.sameAs, try holds(same.condition, layer) {
        return try tensor(same.tensor, group: nil, layer: nil)
      }
      var axes: [Int] = []
      for formula in row.shape {
        guard case .int(let axis) = try evaluate(formula.expression, layer: layer) else {
          throw ArchitectureError(.check, "a length of '\(name)' is no integer")
        }
        axes.append(axis)
      }
      var bias: Shape?
      if let row = row.bias, try holds(row.condition, layer) {
        bias = Shape(axes.count == 1 ? axes : Array(axes.dropLast()))
      }
      let prefix = group.map { "\($0).\(layer ?? 0)." } ?? ""
      return .present(name: prefix + name, shape: Shape(axes), bias: bias)
    }
    return .unknown
  }

  private func holds(_ formula: Formula?, _ layer: Int?) throws(ArchitectureError) -> Bool {
    guard let formula else { return true }
    return try evaluate(formula.expression, layer: layer) == .bool(true)
  }

  // MARK: Expressions

  func evaluate(_ expression: Expression, layer: Int?) throws(ArchitectureError) -> Value {
    switch expression {
    case .value(let value): return value
    case .name("layer"): return .int(layer ?? -1)
    case .name("class"): return .text(modelClass)
    case .name(let name):
      return hasParameter(name) ? try parameter(name, layer: layer) : .text(name)
    case .element(let name, let index):
      guard case .int(let index) = try evaluate(index, layer: layer) else { break }
      return try parameter(name, layer: index)
    case .list(let items):
      var values: [Value] = []
      for item in items { values.append(try evaluate(item, layer: layer)) }
      return .list(values)
    case .choose(let condition, let yes, let no):
      return try evaluate(
        try evaluate(condition, layer: layer) == .bool(true) ? yes : no, layer: layer)
    case .unary(.not, let operand):
      return .bool(try evaluate(operand, layer: layer) == .bool(false))
    case .unary(_, let operand):
      return try arithmetic(.minus, .int(0), try evaluate(operand, layer: layer))
    case .binary(.and, let left, let right):
      let isTrue = try evaluate(left, layer: layer) == .bool(true)
      return isTrue ? try evaluate(right, layer: layer) : .bool(false)
    case .binary(.or, let left, let right):
      let isTrue = try evaluate(left, layer: layer) == .bool(true)
      return isTrue ? .bool(true) : try evaluate(right, layer: layer)
    case .binary(let sign, let left, let right):
      return try arithmetic(
        sign, try evaluate(left, layer: layer), try evaluate(right, layer: layer))
    case .call("has", let arguments, _):
      guard case .name(let name) = arguments.first else { break }
      return .bool(present.contains(name))
    case .call("given", let arguments, _):
      guard case .name(let name) = arguments.first else { break }
      return .bool(given[name] != nil)
    case .call(let name, let arguments, _):
      var numbers: [Double] = []
      for argument in arguments { numbers.append(number(try evaluate(argument, layer: layer))) }
      switch name {
      case "sqrt": return .real(numbers[0].squareRoot())
      case "ceil_div": return .int(Int((numbers[0] / numbers[1]).rounded(.up)))
      case "yarn_mscale": return .real(1.25)
      default: break
      }
    }
    throw ArchitectureError(.name, "cannot evaluate \(expression)")
  }

  private func number(_ value: Value) -> Double {
    switch value {
    case .int(let value): Double(value)
    case .real(let value): value
    default: .nan
    }
  }

  private func arithmetic(
    _ sign: Expression.Operator, _ left: Value, _ right: Value
  ) throws(ArchitectureError) -> Value {
    let a = number(left)
    let b = number(right)
    switch (sign, left, right) {
    case (.equal, _, _): return .bool(left == right)
    case (.unequal, _, _): return .bool(left != right)
    case (.less, _, _): return .bool(a < b)
    case (.greater, _, _): return .bool(a > b)
    case (.lessOrEqual, _, _): return .bool(a <= b)
    case (.greaterOrEqual, _, _): return .bool(a >= b)
    case (.isIn, _, .list(let items)): return .bool(items.contains(left))
    case (.plus, .int(let x), .int(let y)): return .int(x + y)
    case (.minus, .int(let x), .int(let y)): return .int(x - y)
    case (.times, .int(let x), .int(let y)): return .int(x * y)
    case (.divide, .int(let x), .int(let y)) where y != 0 && x % y == 0: return .int(x / y)
    case (.remainder, .int(let x), .int(let y)) where y != 0: return .int(x % y)
    case (.plus, _, _): return .real(a + b)
    case (.minus, _, _): return .real(a - b)
    case (.times, _, _): return .real(a * b)
    case (.divide, .real, _), (.divide, _, .real): return .real(a / b)
    default: throw ArchitectureError(.check, "\(left) \(sign.rawValue) \(right)")
    }
  }
}
