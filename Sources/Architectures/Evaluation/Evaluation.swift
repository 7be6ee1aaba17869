internal import Failures

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Computes expressions.
///
/// Integers are 64-bit and checked; `/` of two integers must be exact;
/// `and`, `or` and `?:` are lazy.
struct Evaluation<Scope: ExpressionScope> {
  let scope: Scope
  /// Where the expression stands, for messages.
  let location: SourceLocation

  static func value(_ formula: Formula, in scope: Scope) throws(ArchitectureError) -> Value {
    try Evaluation(scope: scope, location: formula.location).value(formula.expression)
  }

  static func bool(_ formula: Formula, in scope: Scope) throws(ArchitectureError) -> Bool {
    let evaluation = Evaluation(scope: scope, location: formula.location)
    return try evaluation.bool(formula.expression)
  }

  static func int(_ formula: Formula, in scope: Scope) throws(ArchitectureError) -> Int {
    let evaluation = Evaluation(scope: scope, location: formula.location)
    return try evaluation.int(formula.expression)
  }

  func failure(
    _ message: String, code: ArchitectureError.Code = .configuration
  ) -> ArchitectureError { ArchitectureError(code, message, at: location.place) }

  func bool(_ expression: Expression) throws(ArchitectureError) -> Bool {
    let found = try value(expression)
    guard case .bool(let truth) = found else {
      throw failure("expected true or false, found \(found.text)", code: .check)
    }
    return truth
  }

  func int(_ expression: Expression) throws(ArchitectureError) -> Int {
    let found = try value(expression)
    guard case .int(let number) = found else {
      throw failure("expected a whole number, found \(found.text)", code: .check)
    }
    return number
  }

  /// The value; the tree's height is bounded by the parser, and by the callers of the library.
  func value(_ expression: Expression) throws(ArchitectureError) -> Value {
    switch expression {
    case .value(let value): return value
    case .name(let name): return try named(name)
    case .element(let name, let index):
      let position = try int(index)
      let found: Value?
      do throws(ArchitectureError) {
        found = try scope.element(name, position)
      } catch { throw error.within(location.place) }
      guard let found else { throw failure("'\(name)' is no hyper-parameter", code: .name) }
      return found
    case .list(let items):
      var list: [Value] = []
      for item in items { list.append(try value(item)) }
      return .list(list)
    case .unary(.not, let operand): return .bool(!(try bool(operand)))
    case .unary(_, let operand): return try negated(try value(operand))
    case .binary(.and, let a, let b): return try bool(a) ? .bool(try bool(b)) : .bool(false)
    case .binary(.or, let a, let b): return try bool(a) ? .bool(true) : .bool(try bool(b))
    case .binary(let op, let a, let b): return try binary(op, try value(a), try value(b))
    case .choose(let condition, let a, let b):
      let chosen = try value(try bool(condition) ? a : b)
      if case .int(let number) = chosen, isReal(a) || isReal(b) { return .real(Double(number)) }
      return chosen
    case .call(let name, let arguments, _): return try call(name, arguments)
    }
  }

  private func named(_ name: String) throws(ArchitectureError) -> Value {
    switch name {
    case "layer":
      guard let layer = scope.layer else { throw failure("no layer is meant here", code: .check) }
      return .int(layer)
    case "class": return .text(scope.className)
    case "given": return .bool(try scope.given(nil))
    default: return try scope.parameter(name) ?? .text(name)
    }
  }

  /// Whether an expression is real whatever its operands are.
  private func isReal(_ expression: Expression) -> Bool {
    switch expression {
    case .value(.real): true
    case .name(let name), .element(let name, _): scope.isReal(name)
    case .unary(.minus, let operand): isReal(operand)
    case .binary(let op, let a, let b): op.isArithmetic && (isReal(a) || isReal(b))
    case .choose(_, let a, let b): isReal(a) || isReal(b)
    case .call(let name, let arguments, _):
      switch ExpressionFunction(rawValue: name) {
      case .sqrt, .log, .yarnMscale: true
      case .min, .max: arguments.contains { isReal($0) }
      default: false
      }
    default: false
    }
  }

  private func negated(_ value: Value) throws(ArchitectureError) -> Value {
    switch value {
    case .int(let number):
      let (result, overflow) = 0.subtractingReportingOverflow(number)
      guard !overflow else { throw failure("-(\(number)) is beyond 64 bits") }
      return .int(result)
    case .real(let number): return .real(-number)
    default: throw failure("expected a number behind '-', found \(value.text)", code: .check)
    }
  }

  private func binary(
    _ op: Expression.Operator, _ a: Value, _ b: Value
  ) throws(ArchitectureError) -> Value {
    switch op {
    case .equal: return .bool(Self.equal(a, b))
    case .unequal: return .bool(!Self.equal(a, b))
    case .isIn:
      guard case .list(let list) = b else {
        throw failure("expected a list behind 'in', found \(b.text)", code: .check)
      }
      return .bool(list.contains { Self.equal(a, $0) })
    default: break
    }
    if case .int(let x) = a, case .int(let y) = b { return try integers(op, x, y) }
    guard let x = a.number, let y = b.number else {
      throw failure("\(a.text) \(op.rawValue) \(b.text) needs two numbers", code: .check)
    }
    switch op {
    case .less: return .bool(x < y)
    case .greater: return .bool(x > y)
    case .lessOrEqual: return .bool(x <= y)
    case .greaterOrEqual: return .bool(x >= y)
    default: break
    }
    let result: Double
    switch op {
    case .plus: result = x + y
    case .minus: result = x - y
    case .times: result = x * y
    case .divide: result = x / y
    default: throw failure("'%' needs two integers, found \(a.text) and \(b.text)", code: .check)
    }
    guard result.isFinite else {
      throw failure("\(a.text) \(op.rawValue) \(b.text) is not a finite number")
    }
    return .real(result)
  }

  private func integers(
    _ op: Expression.Operator, _ x: Int, _ y: Int
  ) throws(ArchitectureError) -> Value {
    let result: (partialValue: Int, overflow: Bool)
    switch op {
    case .less: return .bool(x < y)
    case .greater: return .bool(x > y)
    case .lessOrEqual: return .bool(x <= y)
    case .greaterOrEqual: return .bool(x >= y)
    case .plus: result = x.addingReportingOverflow(y)
    case .minus: result = x.subtractingReportingOverflow(y)
    case .times: result = x.multipliedReportingOverflow(by: y)
    case .divide, .remainder:
      guard y != 0 else { throw failure("\(x) \(op.rawValue) 0") }
      if op == .remainder {
        result = x.remainderReportingOverflow(dividingBy: y)
      } else {
        result = x.dividedReportingOverflow(by: y)
        if !result.overflow, x % y != 0 {
          throw failure("\(x) / \(y) does not divide exactly")
        }
      }
    default: throw failure("'\(op.rawValue)' is no operator of numbers", code: .check)
    }
    guard !result.overflow else { throw failure("\(x) \(op.rawValue) \(y) is beyond 64 bits") }
    return .int(result.partialValue)
  }

  static func equal(_ a: Value, _ b: Value) -> Bool {
    if let x = a.number, let y = b.number { return x == y }
    return a == b
  }

  // MARK: Functions

  private func call(_ name: String, _ arguments: [Expression]) throws(ArchitectureError) -> Value {
    guard let function = ExpressionFunction(rawValue: name),
      function.argumentCount.contains(arguments.count), let first = arguments.first
    else { throw failure("'\(name)' is no function of \(arguments.count) arguments", code: .name) }
    switch function {
    case .has: return .bool(try scope.has(try reference(first)))
    case .rows: return .int(try scope.rows(try reference(first)))
    case .keeps: return .bool(try scope.keeps(try reference(first)))
    case .values:
      do throws(ArchitectureError) {
        return try scope.values(try reference(first))
      } catch { throw error.within(location.place) }
    case .given: return .bool(try scope.given(try reference(first)))
    case .any, .all:
      let wanted = function == .any
      for layer in 0..<(try scope.layerCount()) {
        let inner = Evaluation(scope: scope.bound(to: layer), location: location)
        if try inner.bool(first) == wanted { return .bool(wanted) }
      }
      return .bool(!wanted)
    case .sqrt, .min, .max, .ceilDiv, .floor, .log, .yarnMscale, .llama3Solved: break
    }
    var values: [Value] = []
    for argument in arguments { values.append(try value(argument)) }
    return try compute(function, values)
  }

  private func reference(_ expression: Expression) throws(ArchitectureError) -> String {
    guard case .name(let name) = expression else {
      throw failure("expected a name in the brackets", code: .check)
    }
    return name
  }

  private func compute(
    _ function: ExpressionFunction, _ values: [Value]
  ) throws(ArchitectureError) -> Value {
    if function == .llama3Solved {
      do throws(ArchitectureError) {
        return try scope.llama3Solved(values)
      } catch { throw error.within(location.place) }
    }
    var numbers: [Double] = []
    for value in values {
      guard let number = value.number else {
        throw failure("\(function.rawValue) needs numbers, found \(value.text)", code: .check)
      }
      numbers.append(number)
    }
    let best = function == .min ? numbers.min() : numbers.max()
    switch function {
    case .min, .max:
      // Of equal numbers the first one counts; one real makes all real.
      guard let best, let index = numbers.firstIndex(of: best) else { break }
      let isReal = values.contains { if case .real = $0 { true } else { false } }
      return isReal ? .real(best) : values[index]
    case .sqrt:
      guard numbers[0] >= 0 else { throw failure("sqrt of \(values[0].text)") }
      return .real(numbers[0].squareRoot())
    case .floor:
      guard let whole = Int(exactly: numbers[0].rounded(.down)) else { break }
      return .int(whole)
    case .log:
      guard numbers[0] > 0 else { throw failure("log of \(values[0].text)") }
      return .real(log(numbers[0]))
    case .yarnMscale:
      return .real(numbers[0] <= 1 ? 1 : 0.1 * numbers[1] * log(numbers[0]) + 1)
    case .ceilDiv:
      guard case .int(let x) = values[0], case .int(let y) = values[1], x >= 0, y > 0 else { break }
      return .int(x / y + (x % y == 0 ? 0 : 1))
    default: break
    }
    let list = values.map(\.text).joined(separator: ", ")
    throw failure("\(function.rawValue) is not defined for \(list)")
  }
}

extension Expression.Operator {
  var isArithmetic: Bool { [.plus, .minus, .times, .divide, .remainder].contains(self) }
}

extension Value {
  /// The number, if it is one.
  var number: Double? {
    switch self {
    case .int(let number): Double(number)
    case .real(let number): number
    case .bool, .text, .list: nil
    }
  }

  /// The value as messages print it.
  var text: String {
    switch self {
    case .int(let number): String(number)
    case .real(let number): number.description
    case .bool(let truth): truth ? "true" : "false"
    case .text(let text): "'\(text.prefix(80))'"
    case .list(let list):
      "[" + list.prefix(8).map(\.text).joined(separator: ", ")
        + (list.count > 8 ? ", ... (\(list.count))]" : "]")
    }
  }
}
