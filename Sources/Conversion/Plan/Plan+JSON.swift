internal import Checkpoints
public import Documents
internal import Tensors

extension Plan {
  /// The plan as a JSON document: every tensor with its route and place.
  ///
  /// The keys `budget` and `adapters` are there only if a budget chose the types and adapters are
  /// merged.
  public var json: JSONValue {
    var document = plain
    if !adapters.isEmpty, case .object(var members) = document {
      members["adapters"] = .array(adapters.map(\.json))
      document = .object(members)
    }
    if let budget, case .object(var members) = document {
      members["budget"] = budget.json
      document = .object(members)
    }
    return document
  }

  private var plain: JSONValue {
    .object([
      "source": side(source), "target": side(target),
      "architecture": architecture.map(JSONValue.string) ?? .null,
      "recipe": recipe.map(JSONValue.string) ?? .null,
      "importance": importance.map { .string($0.path) } ?? .null,
      "documents": .array(documents.map(document)),
      "fidelity": .string(fidelity.description),
      "memory_bytes": .int(Int(ResourceCheck.memory(of: self))),
      "disk_bytes": .int(Int(outputBytes)), "threads": .int(threads),
      "routes": .array(routes.map(route)),
      "files": .array(files.map(file)),
      "lost": .array(
        lost.map { item in
          .object([
            "name": .string(item.name), "encoding": .string(item.encoding.name),
            "shape": shape(item.shape), "reason": .string(item.reason),
          ])
        }),
      "fallbacks": .array(
        fallbacks.map { item in
          .object([
            "tensor": .string(item.tensor), "wanted": .string(item.wanted.name),
            "used": .string(item.used.name), "reason": .string(item.reason),
          ])
        }),
      "warnings": .array(warnings.map(JSONValue.string)),
    ])
  }

  private func side(_ side: Side) -> JSONValue {
    .object([
      "path": .string(side.path), "format": .string(side.format),
      "dialect": .string(side.dialect.name), "folder": .bool(side.isFolder),
      "bytes": .int(Int(side.byteCount)),
    ])
  }

  private func document(_ document: DocumentRoute) -> JSONValue {
    .object([
      "from": .string(document.origin), "to": .string(document.target),
      "stages": .array(document.stages.map(JSONValue.string)),
      "notes": .array(document.notes.map(JSONValue.string)),
    ])
  }

  private func route(_ route: Route) -> JSONValue {
    .object([
      "from": .string(route.origin.name), "to": .string(route.target.name),
      "stages": .array(route.links.map { .string($0.stage) }),
      "fidelity": .string(route.fidelity.description),
    ])
  }

  private func file(_ file: PlannedFile) -> JSONValue {
    .object([
      "name": .string(file.name), "bytes": .int(Int(file.size)),
      "tensors": .array(
        file.extents.map { extent in
          let tensor = tensors[extent.tensor]
          return .object([
            "name": .string(tensor.name), "encoding": .string(tensor.encoding.name),
            "shape": shape(tensor.shape), "route": .int(tensor.route),
            "fidelity": .string(tensor.fidelity.description),
            "importance": .bool(tensor.importance != nil),
            "type_by": tensor.reason.map(JSONValue.string) ?? .null,
            "layout": tensor.layoutText.map(JSONValue.string) ?? .null,
            "offset": .int(Int(extent.offset)), "bytes": .int(extent.byteCount),
          ])
        }),
    ])
  }

  private func shape(_ shape: Shape) -> JSONValue { .array(shape.axes.map(JSONValue.int)) }
}
