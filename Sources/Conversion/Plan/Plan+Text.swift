internal import Checkpoints
internal import Tensors

extension Plan {
  /// The plan as text for a terminal.
  ///
  /// - Parameter everyTensor: lists each tensor instead of the kinds of routes.
  public func text(everyTensor: Bool = false) -> String {
    var out = ""
    out +=
      "source        \(source.path)  (\(source.format), \(source.dialect) names, "
      + "\(ByteText.size(source.byteCount)))\n"
    out +=
      "target        \(target.path)  (\(target.format), \(target.dialect) names, "
      + "\(ByteText.size(outputBytes)))\n"
    out += "architecture  \(architecture ?? "none: names are kept")\n"
    if let recipe { out += "recipe        \(recipe)\n" }
    if let importance {
      let used = tensors.count { $0.importance != nil }
      out +=
        "importance    \(importance.path)  (\(ByteText.count(importance.file.entries.count, "weight")) "
        + "known, used for \(ByteText.count(used, "tensor")))\n"
    }
    for adapter in adapters { out += "adapter       \(adapter.text)\n" }
    if let budget { out += budget.text }
    for document in documents {
      let way = document.stages.isEmpty ? "as it is" : document.stages.joined(separator: ", ")
      out += "document      \(document.origin) -> \(document.target)  (\(way))\n"
      for note in document.notes { out += "                \(note)\n" }
    }
    out += "fidelity      \(fidelity)\n"
    out +=
      "resources     \(ByteText.size(ResourceCheck.memory(of: self))) memory, "
      + "\(ByteText.size(outputBytes)) disk, \(ByteText.count(threads, "thread"))\n\n"
    out += everyTensor ? tensorTable() : routeTable()
    out += "\n" + typeTable() + "\n" + fileTable()
    for item in fallbacks {
      out += "fallback      \(item.tensor): \(item.wanted) -> \(item.used)  (\(item.reason))\n"
    }
    for item in lost {
      out += "left out      \(item.name) \(item.encoding) \(item.shape): \(item.reason)\n"
    }
    for warning in warnings { out += "warning       \(warning)\n" }
    return out
  }

  private func routeTable() -> String {
    struct Row {
      var tensors = 0
      var bytes: UInt64 = 0
    }
    var sums: [Int: Row] = [:]
    var moved: [Int: Int] = [:]
    let classes = routeClasses()
    for tensor in tensors {
      sums[tensor.route, default: Row()].tensors += 1
      sums[tensor.route, default: Row()].bytes += UInt64(tensor.byteCount)
      if tensor.layoutText != nil { moved[tensor.route, default: 0] += 1 }
    }
    var table = TextTable(
      ["tensors", "route", "fidelity", "bytes", "rows moved"], right: [0, 3, 4])
    for (index, route) in routes.enumerated() {
      guard let row = sums[index] else { continue }
      table.add([
        String(row.tensors), route.text, classes[index] ?? "", ByteText.size(row.bytes),
        String(moved[index] ?? 0),
      ])
    }
    return table.text()
  }

  private func tensorTable() -> String {
    var table = TextTable(
      ["tensor", "shape", "route", "fidelity", "layout", "bytes"]
        + (recipe == nil ? [] : ["importance", "type by"]), right: [5])
    for tensor in tensors {
      let route = routes[tensor.route]
      table.add(
        [
          tensor.name, tensor.shape.description, route.text, classText(tensor),
          tensor.layoutText ?? "-", String(tensor.byteCount),
        ] + (recipe == nil ? [] : [tensor.importance == nil ? "-" : "yes", tensor.reason ?? "-"]))
    }
    return table.text()
  }

  /// The class of a tensor, and whether its type alone does not tell it.
  private func classText(_ tensor: PlannedTensor) -> String {
    let route = routes[tensor.route].fidelity
    if tensor.fidelity == .changed, route > .exact { return "\(tensor.fidelity) (\(route))" }
    let isProbed = tensor.fidelity < route
    return isProbed ? "\(tensor.fidelity) (probed)" : tensor.fidelity.description
  }

  /// The worst class among the tensors of each route.
  func routeClasses() -> [Int: String] {
    var worst: [Int: PlannedTensor] = [:]
    for tensor in tensors where worst[tensor.route].map({ $0.fidelity < tensor.fidelity }) ?? true {
      worst[tensor.route] = tensor
    }
    return worst.mapValues(classText)
  }

  /// Tensors and bytes of each type, and what a weight takes on the average.
  private func typeTable() -> String {
    struct Sum {
      var tensors = 0
      var weights = 0
      var bytes = 0

      mutating func add(_ tensor: PlannedTensor) {
        tensors += 1
        weights += tensor.shape.elementCount ?? 0
        bytes += tensor.byteCount
      }

      func row(_ name: String) -> [String] {
        let bits = weights == 0 ? 0 : 8 * Double(bytes) / Double(weights)
        return [
          name, String(tensors), String(weights), String(bytes), ByteText.fixed(bits, 4),
        ]
      }
    }
    var sums: [Encoding: Sum] = [:]
    var total = Sum()
    for tensor in tensors {
      sums[tensor.encoding, default: Sum()].add(tensor)
      total.add(tensor)
    }
    var table = TextTable(
      ["type", "tensors", "weights", "bytes", "bits/weight"], right: [1, 2, 3, 4])
    for (encoding, sum) in sums.sorted(by: {
      ($1.value.bytes, $0.key.name) < ($0.value.bytes, $1.key.name)
    }) {
      table.add(sum.row(encoding.name))
    }
    if sums.count != 1 { table.add(total.row("all")) }
    return table.text()
  }

  private func fileTable() -> String {
    var table = TextTable(["file", "tensors", "bytes"], right: [1, 2])
    for file in files {
      table.add([file.name, String(file.extents.count), String(file.size)])
    }
    return table.text()
  }
}

extension Route {
  /// `bf16 > f32 > q8_0`.
  public var text: String {
    links.isEmpty
      ? "\(origin) (copy)" : ([origin] + links.map(\.target)).map(\.name).joined(separator: " > ")
  }
}
