internal import Conversion
internal import Documents
internal import Tensors

extension Inspection {
  /// Most tensors that are listed without being asked for.
  static let shortList = 48

  /// What a terminal shows.
  ///
  /// - Parameter everyTensor: lists the tensors however many there are.
  public func text(everyTensor: Bool = false) -> String {
    var out = "\(path)\n"
    let details = facts.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    out += "  format        \(format)\(details.isEmpty ? "" : "  (\(details))")\n"
    if let architecture { out += "  architecture  \(architecture)\n" }
    let total = files.reduce(UInt64(0)) { $0 &+ $1.byteCount }
    out += "  files         \(files.count)  (\(ByteText.size(total)))\n"
    if files.count > 1 {
      for file in files { out += "                \(file.path)  \(file.byteCount)\n" }
    }
    out += "  tensors       \(tensors.count)  (\(elementCount) elements, \(byteCount) bytes)\n"
    for warning in warnings { out += "  warning       \(warning)\n" }
    if !metadata.isEmpty {
      out += "\nmetadata\n"
      var table = TextTable(["key", "type", "value"])
      for (key, value) in metadata {
        table.add([Self.printable(key, limit: 80), value.typeName, Self.short(value)])
      }
      out += table.text(indent: "  ")
    }
    out += "\nencodings\n"
    var table = TextTable(["encoding", "tensors", "elements", "bytes"], right: [1, 2, 3])
    for row in byEncoding {
      table.add([row.encoding.name, String(row.tensors), String(row.elements), String(row.bytes)])
    }
    out += table.text(indent: "  ")
    let hasStatistics = tensors.contains { $0.statistics != nil }
    if everyTensor || hasStatistics || tensors.count <= Self.shortList {
      out += "\ntensors\n" + tensorTable(hasStatistics).text(indent: "  ")
    } else {
      out += "\n\(tensors.count) tensors are not listed; --tensors lists them\n"
    }
    return out
  }

  private func tensorTable(_ withStatistics: Bool) -> TextTable {
    var heading = ["name", "encoding", "shape", "bytes"]
    if withStatistics { heading += ["min", "max", "mean", "std", "nan", "inf", "zero"] }
    var table = TextTable(heading, right: Set([3] + (withStatistics ? Array(4...10) : [])))
    for entry in tensors {
      var row = [
        Self.printable(entry.spec.name, limit: 200), entry.spec.encoding.name,
        entry.spec.shape.description, String(entry.spec.byteCount),
      ]
      if withStatistics {
        if let it = entry.statistics {
          row += [it.minimum, it.maximum, it.mean, it.deviation].map { number in
            number.map { Self.number($0) } ?? "-"
          }
          row += [it.nanCount, it.infinityCount, it.zeroCount].map(String.init)
        } else {
          row += [String](repeating: "-", count: 7)
        }
      }
      table.add(row)
    }
    return table
  }

  /// Six significant digits.
  static func number(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
    let magnitude = value.magnitude
    if magnitude >= 1e-4, magnitude < 1e6 { return ByteText.fixed(value, magnitude < 10 ? 6 : 3) }
    return JSONValue.float(Float(value)).text()
  }

  static func short(_ value: MetadataValue) -> String {
    if let text = value.string { return printable(text, limit: 100) }
    guard let array = value.array else { return value.json().text() }
    let shown = min(array.count, 4)
    let items = (0..<shown).compactMap { array.element(at: $0) }.map { element in
      element.string.map { printable($0, limit: 24) } ?? element.json(maxElements: 4).text()
    }
    return "\(array.count): " + items.joined(separator: " ") + (array.count > shown ? " ..." : "")
  }

  /// Text on one line, without control characters that a terminal would obey.
  static func printable(_ text: String, limit: Int) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count == limit { return result + "..." }
      count += 1
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default:
        if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}
