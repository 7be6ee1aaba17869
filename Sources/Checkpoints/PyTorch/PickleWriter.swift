internal import Tensors

/// Writes the pickle of a dict of tensors: protocol 2 with the instructions that torch's own
/// weights-only unpickler knows.
struct PickleWriter {
  /// The pickle so far.
  private(set) var bytes: [UInt8] = [0x80, 0x02]
  private var memo: [String: UInt8] = [:]
  private var pending = 0

  /// Entries of one SETITEMS, as Python's pickler writes them.
  private static let batch = 1000

  /// Begins `OrderedDict()`.
  init() {
    global(module: "collections", name: "OrderedDict")
    opcode(.emptyTuple)
    opcode(.reduce)
  }

  /// Adds a contiguous tensor that begins where its storage does.
  mutating func add(name: String, type: ScalarType, shape: Shape, storageKey: String) {
    if pending == 0 { opcode(.mark) }
    text(name)
    let elements = shape.elementCount ?? 0
    if case .word(let word) = type.ids[.torchStorage] {
      global(module: "torch._utils", name: "_rebuild_tensor_v2")
      opcode(.mark)
      storage(module: "torch", name: word, key: storageKey, count: elements)
      view(shape)
    } else if case .word(let word) = type.ids[.torchDType] {
      global(module: "torch._utils", name: "_rebuild_tensor_v3")
      opcode(.mark)
      storage(
        module: "torch.storage", name: "UntypedStorage", key: storageKey,
        count: elements * type.bits / 8)
      view(shape)
      global(module: "torch", name: word)
    }
    opcode(.tuple)
    opcode(.reduce)
    pending += 1
    if pending == Self.batch { flush() }
  }

  /// Ends the dict and the pickle.
  mutating func finish() -> [UInt8] {
    flush()
    opcode(.stop)
    return bytes
  }

  private mutating func flush() {
    if pending > 0 { opcode(.setItems) }
    pending = 0
  }

  /// A storage as a persistent id: `storage`, class, key, `cpu`, count.
  private mutating func storage(module: String, name: String, key: String, count: Int) {
    opcode(.mark)
    remembered("storage")
    global(module: module, name: name)
    text(key)
    remembered("cpu")
    integer(count)
    opcode(.tuple)
    opcode(.binPersID)
  }

  /// Offset, size, stride, requires_grad and hooks.
  private mutating func view(_ shape: Shape) {
    integer(0)
    integers(shape.axes)
    var strides = [Int](repeating: 1, count: shape.rank)
    for axis in strides.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * max(shape.axes[axis + 1], 1)
    }
    integers(strides)
    opcode(.newFalse)
    global(module: "collections", name: "OrderedDict")
    opcode(.emptyTuple)
    opcode(.reduce)
  }

  private mutating func integers(_ values: [Int]) {
    if values.isEmpty { return opcode(.emptyTuple) }
    if values.count > 3 { opcode(.mark) }
    for value in values { integer(value) }
    switch values.count {
    case 1: opcode(.tuple1)
    case 2: opcode(.tuple2)
    case 3: opcode(.tuple3)
    default: opcode(.tuple)
    }
  }

  private mutating func integer(_ value: Int) {
    switch value {
    case 0..<1 << 8: opcode(.binInt1, little(value, 1))
    case 0..<1 << 16: opcode(.binInt2, little(value, 2))
    case 0..<1 << 31: opcode(.binInt, little(value, 4))
    default: opcode(.long1, [8] + little(value, 8))
    }
  }

  private mutating func text(_ text: String) {
    let utf8 = Array(text.utf8)
    opcode(.binUnicode, little(utf8.count, 4) + utf8)
  }

  private mutating func global(module: String, name: String) {
    once("\(module) \(name)") { $0.opcode(.global, Array("\(module)\n\(name)\n".utf8)) }
  }

  private mutating func remembered(_ text: String) { once(text) { $0.text(text) } }

  /// Writes a value the first time and remembers it; refers to it afterwards.
  private mutating func once(_ key: String, _ write: (inout PickleWriter) -> Void) {
    if let index = memo[key] { return opcode(.binGet, [index]) }
    write(&self)
    let index = UInt8(truncatingIfNeeded: memo.count)
    memo[key] = index
    opcode(.binPut, [index])
  }

  private mutating func opcode(_ opcode: PickleOpcode, _ argument: [UInt8] = []) {
    bytes.append(opcode.rawValue)
    bytes += argument
  }

  private func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
