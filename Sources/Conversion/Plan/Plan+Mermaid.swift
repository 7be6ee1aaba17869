internal import Tensors

extension Plan {
  /// The plan as a Mermaid flow chart: documents and kinds of routes, with counts.
  public var mermaid: String {
    var out = "flowchart LR\n"
    out += "  source[\"\(quoted(source.path))<br/>\(source.format)\"]\n"
    out += "  target[\"\(quoted(target.path))<br/>\(target.format)\"]\n"
    for (index, document) in documents.enumerated() {
      out += "  source --> d\(index)a[\"\(quoted(document.origin))\"]\n"
      let way = document.stages.isEmpty ? "copy" : document.stages.joined(separator: ", ")
      out += "  d\(index)a -- \"\(quoted(way))\" --> d\(index)b[\"\(quoted(document.target))\"]\n"
      out += "  d\(index)b --> target\n"
    }
    var counts: [Int: Int] = [:]
    for tensor in tensors { counts[tensor.route, default: 0] += 1 }
    let classes = routeClasses()
    for (index, route) in routes.enumerated() {
      guard let count = counts[index] else { continue }
      out +=
        "  source -- \"\(ByteText.count(count, "tensor"))\" --> r\(index)n0[\"\(route.origin)\"]\n"
      for (step, link) in route.links.enumerated() {
        out +=
          "  r\(index)n\(step) -- \"\(link.stage)\" --> r\(index)n\(step + 1)[\"\(link.target)\"]\n"
      }
      out += "  r\(index)n\(route.links.count) -- \"\(classes[index] ?? "")\" --> target\n"
    }
    return out
  }

  private func quoted(_ text: String) -> String {
    String(text.map { $0 == "\"" ? "'" : $0 })
  }
}
