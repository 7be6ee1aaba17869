internal import Failures

/// The tensors of a saved object, with their names.
///
/// A root that wraps a dict of tensors under one of the customary keys stands for that dict;
/// otherwise nested names are joined with dots. Sequences count from 0.
struct StateDict {
  /// A tensor and its name.
  struct Entry {
    let name: String
    let tensor: Int
  }

  /// Keys under which training programs put the model's tensors, beside those of the optimizer.
  static let wrappers = ["state_dict", "model_state_dict", "model", "module"]

  /// The tensors, in the object's order.
  private(set) var entries: [Entry] = []
  /// The key whose content this is, if the root wraps it.
  private(set) var wrapper: String?
  /// What was left out.
  private(set) var warnings: [String] = []
  private let heap: PickleHeap
  private let place: Place
  private var visits = 0

  /// Finds the tensors of a root object.
  init(_ root: PickleValue, _ heap: PickleHeap, at place: Place) throws(CheckpointError) {
    self.heap = heap
    self.place = place
    var content = root
    if let dict = heap.dict(root), !Self.holdsTensors(dict) {
      for key in Self.wrappers where wrapper == nil {
        if let value = Self.value(of: key, in: dict), let inner = heap.dict(value),
          Self.holdsTensors(inner)
        {
          wrapper = key
          content = value
        }
      }
      if let wrapper {
        let others = stride(from: 0, to: dict.items.count - 1, by: 2).compactMap {
          dict.items[$0].text ?? dict.items[$0].integer.map(String.init)
        }.filter { $0 != wrapper }
        if !others.isEmpty {
          let shown = others.prefix(20).map { "'\($0.prefix(100))'" }.joined(separator: ", ")
          warnings.append(
            "the tensors are those of '\(wrapper)'; left out: \(shown)"
              + (others.count > 20 ? " and \(others.count - 20) more" : ""))
        }
      }
    }
    if heap.tensors.isEmpty {
      throw CheckpointError(
        .header,
        "the saved object is \(root.kind) without tensors; expected a dict or list of tensors",
        at: place)
    }
    try walk(content)
    guard !entries.isEmpty else {
      throw CheckpointError(
        .header, "the saved object's dicts and lists hold no tensors", at: place)
    }
    try checkNames()
  }

  private static func holdsTensors(_ dict: PickleHeap.Container) -> Bool {
    stride(from: 1, to: dict.items.count, by: 2).contains {
      if case .tensor = dict.items[$0] { true } else { false }
    }
  }

  private static func value(of key: String, in dict: PickleHeap.Container) -> PickleValue? {
    for index in stride(from: 0, to: dict.items.count - 1, by: 2)
    where dict.items[index].text == key {
      return dict.items[index + 1]
    }
    return nil
  }

  /// Visits everything below a value, without recursion.
  private mutating func walk(_ root: PickleValue) throws(CheckpointError) {
    struct Level {
      let prefix: String
      let items: ArraySlice<PickleValue>
      let keyed: Bool
      var next = 0
    }
    if case .tensor(let index) = root {
      entries.append(Entry(name: "0", tensor: Int(index)))
      return
    }
    func level(_ value: PickleValue, _ prefix: String) -> Level? {
      if let dict = heap.dict(value) {
        return Level(prefix: prefix, items: dict.items[...], keyed: true)
      }
      return heap.sequence(value).map { Level(prefix: prefix, items: $0, keyed: false) }
    }
    var levels = [level(root, "")].compactMap { $0 }
    while let last = levels.indices.last {
      let current = levels[last]
      let count = current.keyed ? current.items.count / 2 : current.items.count
      guard current.next < count else {
        levels.removeLast()
        continue
      }
      levels[last].next += 1
      visits += 1
      guard visits <= PickleLimits.visits else {
        throw CheckpointError(
          .limit, "the saved object has more than \(PickleLimits.visits) values", at: place)
      }
      let start = current.items.startIndex
      let value = current.items[
        start + (current.keyed ? 2 * current.next + 1 : current.next)]
      switch value {
      case .tensor(let index):
        let name = try name(current.prefix, current.keyed, current.items, current.next)
        entries.append(Entry(name: name, tensor: Int(index)))
      case .container, .tuple:
        let name = try name(current.prefix, current.keyed, current.items, current.next)
        guard let inner = level(value, name + ".") else { continue }
        guard levels.count < PickleLimits.depth else {
          throw CheckpointError(
            .limit, "the saved object nests more than \(PickleLimits.depth) levels", at: place)
        }
        levels.append(inner)
      default: break
      }
    }
  }

  /// The name of an entry: its key, or its position in a sequence.
  private func name(
    _ prefix: String, _ keyed: Bool, _ items: ArraySlice<PickleValue>, _ position: Int
  ) throws(CheckpointError) -> String {
    var key = String(position)
    if keyed {
      let value = items[items.startIndex + 2 * position]
      guard let text = value.text ?? value.integer.map(String.init) else {
        throw CheckpointError(
          .header, "expected a string or an integer as a key, found \(value.kind)", at: place)
      }
      key = text
    }
    guard prefix.utf8.count + key.utf8.count <= PickleLimits.nameBytes else {
      throw CheckpointError(
        .limit, "a name of more than \(PickleLimits.nameBytes) bytes", at: place)
    }
    return prefix + key
  }

  private func checkNames() throws(CheckpointError) {
    guard entries.count <= PickleLimits.tensors else {
      throw CheckpointError(
        .limit, "the saved object has more than \(PickleLimits.tensors) tensors", at: place)
    }
    var seen: Set<String> = []
    seen.reserveCapacity(entries.count)
    for entry in entries where !seen.insert(entry.name).inserted {
      throw CheckpointError(
        .duplicate, "two tensors are named '\(entry.name)'",
        at: Place(tensor: entry.name).within(place))
    }
  }
}
