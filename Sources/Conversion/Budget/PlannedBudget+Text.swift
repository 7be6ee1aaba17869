internal import Documents

extension PlannedBudget {
  /// Digits that tell errors apart.
  private static let digits = 4

  /// The lines of a plan.
  var text: String {
    let what = if case .relativeError = limit { "bytes" } else { "error" }
    let gap =
      gap == 0
      ? "the least \(what) possible"
      : "at most \(Self.percent(gap)) above the least \(what) possible"
    let table = tableFile.map { "errors from \($0)" } ?? "errors measured"
    return "budget        \(limit): \(figures)\n"
      + "                \(gap); one MB more would save \(Self.percent(share(price * 1e6))) of "
      + "the error\n"
      + "                \(table) on \(sampledWeights) weights of "
      + "\(ByteText.count(tensors.count, "tensor"))\n"
  }

  /// `3999872 bytes, 4.5000 bits/weight, relative error 0.01234`.
  var figures: String {
    "\(bytes) bytes, \(ByteText.fixed(bitsPerWeight, Self.digits)) bits/weight, relative error "
      + Self.short(relativeError)
  }

  /// Why a tensor has its type.
  func reason(_ tensor: Tensor) -> String {
    var text = "budget: \(Self.percent(share(tensor.error))) of the error"
    for neighbour in [tensor.larger, tensor.smaller] {
      guard let neighbour else { continue }
      let sign = neighbour.error < 0 ? "-" : "+"
      text +=
        "; \(neighbour.type) \(sign)\(Self.percent(share(neighbour.error.magnitude))) for "
        + (neighbour.bytes < 0 ? "-" : "+") + ByteText.size(UInt64(neighbour.bytes.magnitude))
    }
    return text
  }

  /// The budget as a JSON document.
  var json: JSONValue {
    .object([
      "limit": .string(limit.description), "bytes": .int(bytes),
      "bits_per_weight": .double(bitsPerWeight), "relative_error": .double(relativeError),
      "error": .double(error), "energy": .double(energy), "gap": .double(gap),
      "error_per_byte": .double(price), "sampled_weights": .int(sampledWeights),
      "error_table": tableFile.map(JSONValue.string) ?? .null,
      "tensors": .array(tensors.map(Self.json)),
    ])
  }

  private static func json(_ tensor: Tensor) -> JSONValue {
    .object([
      "name": .string(tensor.name), "encoding": .string(tensor.type), "bytes": .int(tensor.bytes),
      "error": .double(tensor.error), "chosen": .bool(tensor.isChosen),
      "larger": json(tensor.larger), "smaller": json(tensor.smaller),
    ])
  }

  private static func json(_ neighbour: Neighbour?) -> JSONValue {
    guard let neighbour else { return .null }
    return .object([
      "encoding": .string(neighbour.type), "bytes": .int(neighbour.bytes),
      "error": .double(neighbour.error),
    ])
  }

  private func share(_ part: Double) -> Double { error > 0 ? part / error : 0 }

  /// Three digits at least, however small.
  static func short(_ value: Double) -> String {
    guard value > 0, value < 1e9 else { return ByteText.fixed(value, digits) }
    var places = 2
    var scaled = value
    while scaled < 1, places < 12 {
      scaled *= 10
      places += 1
    }
    return ByteText.fixed(value, places)
  }

  private static func percent(_ share: Double) -> String { short(100 * share) + " %" }
}
