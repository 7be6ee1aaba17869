internal import Failures
internal import Tensors

extension Instantiation {
  /// `llama3_solved("factor", ROPE_DIMS, THETA, ROWS)`: a parameter found from the divisors.
  func llama3Solved(_ arguments: [Value]) throws(ArchitectureError) -> Value {
    guard case .text(let wanted) = arguments[0], case .int(let dims) = arguments[1],
      let theta = arguments[2].number, case .text(let name) = arguments[3], dims > 0
    else {
      throw ArchitectureError(
        .check, "llama3_solved needs a word, a width, a base and a tensor's name")
    }
    let scaling: Llama3Scaling
    if let solved {
      scaling = solved
    } else {
      scaling = try solve(name, dims: dims, theta: theta)
      solved = scaling
    }
    switch wanted {
    case "factor": return .real(scaling.factor)
    case "low": return .real(scaling.low)
    case "high": return .real(scaling.high)
    case "original": return .int(Int(exactly: scaling.original.rounded()) ?? 0)
    default:
      throw ArchitectureError(
        .check, "llama3_solved knows factor, low, high, original, not '\(wanted)'")
    }
  }

  private func solve(
    _ name: String, dims: Int, theta: Double
  ) throws(ArchitectureError) -> Llama3Scaling {
    let missing =
      "rope_parameters' factor, low_freq_factor, high_freq_factor and "
      + "original_max_position_embeddings are not in the GGUF; give the original config.json "
      + "(--config)"
    guard let table = header.values(of: name) else {
      throw ArchitectureError(
        .configuration, "\(missing), or let the values of '\(name)' be read")
    }
    guard table.count == dims / 2, table.count <= 65_536,
      let scaling = Llama3Scaling.solve(table, theta: theta)
    else {
      throw ArchitectureError(
        .configuration, "\(missing): no parameters give the table '\(name)'")
    }
    return scaling
  }

  /// The values of a derived tensor.
  func derived(_ formula: Formula, shape: Shape) throws(ArchitectureError) -> [Float] {
    if case .call(let name, let arguments, _) = formula.expression,
      let function = DerivedFunction(rawValue: name),
      function.argumentCount.contains(arguments.count), case .name(let first) = arguments[0]
    {
      switch function {
      case .llama3Factors:
        return try llama3Factors(formula, record: first, dims: arguments[1])
      case .listed: return try listed(first, shape, formula.location)
      }
    }
    throw ArchitectureError(.check, "no way to compute this tensor", at: formula.location.place)
  }

  /// The numbers of a list, as many as the tensor has.
  private func listed(
    _ name: String, _ shape: Shape, _ location: SourceLocation
  ) throws(ArchitectureError) -> [Float] {
    guard case .list(let items)? = try parameter(name)?.0, items.count == shape.elementCount else {
      let count = if case .list(let items)? = try parameter(name)?.0 { items.count } else { 1 }
      throw ArchitectureError(
        .configuration, "'\(name)' has \(count) numbers; the tensor needs \(shape)",
        at: location.place)
    }
    let numbers = items.map { Float($0.number ?? .nan) }
    if let index = numbers.firstIndex(where: { !$0.isFinite }) {
      throw ArchitectureError(
        .configuration,
        "'\(name)' holds \(items[index].text), which is no finite number of 32 bits",
        at: location.place)
    }
    return numbers
  }

  private func llama3Factors(
    _ formula: Formula, record: String, dims: Expression
  ) throws(ArchitectureError) -> [Float] {
    let name = DerivedFunction.llama3Factors.rawValue
    func number(_ part: String) throws(ArchitectureError) -> Double {
      guard let (value, _) = try parameter("\(record).\(part)"), let number = value.number else {
        throw ArchitectureError(
          .check, "\(name) needs the hyper-parameter '\(record).\(part)'",
          at: formula.location.place)
      }
      return number
    }
    let evaluation = Evaluation(scope: scope(), location: formula.location)
    let dims = try evaluation.int(dims)
    let scaling = Llama3Scaling(
      factor: try number("factor"), low: try number("low"), high: try number("high"),
      original: try number("original"))
    guard scaling.factor > 0, scaling.low > 0, scaling.high > scaling.low, dims >= 0,
      dims <= 131_072
    else {
      throw ArchitectureError(
        .configuration,
        "llama3 scaling needs 0 < low_freq_factor < high_freq_factor and a positive factor; found "
          + "\(scaling.low), \(scaling.high), \(scaling.factor)", at: formula.location.place)
    }
    return scaling.factors(dims: dims, theta: try number("theta"))
  }
}
