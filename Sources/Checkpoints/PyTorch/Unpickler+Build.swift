internal import Failures
internal import Tensors

extension Unpickler {
  /// Pushes a name, if the allow-list has it.
  mutating func pushGlobal(module: String, name: String) throws(CheckpointError) {
    guard let index = PickleGlobal.find(module: module, name: name) else {
      throw failure(
        .forbidden,
        "the pickle asks for '\(module.prefix(200)).\(name.prefix(200))', which is not on the list "
          + "of allowed names: only tensors and plain containers are read, no code is run")
    }
    try push(.global(index))
  }

  /// REDUCE and NEWOBJ: calls an allowed name with a tuple of arguments.
  mutating func executeCall(_ opcode: PickleOpcode) throws(CheckpointError) {
    let arguments = try pop()
    let callee = try pop()
    guard case .global(let index) = callee else {
      throw failure(.forbidden, "the pickle calls \(callee.kind), not an allowed function")
    }
    guard case .tuple = arguments, let list = heap.sequence(arguments).map(Array.init) else {
      throw failure(.header, "expected a tuple of arguments, found \(arguments.kind)")
    }
    try push(call(PickleGlobal.all[Int(index)], list))
  }

  private mutating func call(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(CheckpointError) -> PickleValue {
    switch global.role {
    case .opaque: return .none
    case .dict:
      guard let first = arguments.first else { return try make(.orderedDict) }
      return try make(.orderedDict, dictItems(of: first, global))
    case .set:
      guard let first = arguments.first else { return try make(.set) }
      guard let items = heap.sequence(first) else { throw misuse(global) }
      return try make(.set, Array(items))
    case .size:
      guard let first = arguments.first else { throw misuse(global) }
      if case .tuple = first { return first }
      guard let items = heap.sequence(first) else { throw misuse(global) }
      return try makeTuple(Array(items))
    case .encode: return .bytes(try latin1(arguments, global))
    case .byteArray:
      guard let first = arguments.first else { return .bytes([]) }
      if case .bytes = first { return first }
      return .bytes(try latin1(arguments, global))
    case .parameter:
      guard let first = arguments.first, case .tensor = first else { throw misuse(global) }
      return first
    case .tensor(let form): return try makeTensor(global, form, arguments)
    case .fromType: return try callFromType(global, arguments)
    case .tensorClass, .storage, .dtype:
      throw failure(.forbidden, "the pickle calls \(global.path), which is not an allowed function")
    case .unsupported(let what):
      throw failure(
        .unsupported,
        "\(global.path) makes a \(what), which is not supported; supported are dense tensors")
    }
  }

  /// `_rebuild_from_type_v2`: a tensor with Python attributes, which are passed over.
  private mutating func callFromType(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(CheckpointError) -> PickleValue {
    guard arguments.count == 4, case .global(let function) = arguments[0],
      case .global(let type) = arguments[1],
      case .tensorClass = PickleGlobal.all[Int(type)].role,
      let inner = heap.sequence(arguments[2])
    else { throw misuse(global) }
    let callee = PickleGlobal.all[Int(function)]
    switch callee.role {
    case .tensor, .parameter: return try call(callee, Array(inner))
    default: throw misuse(global)
    }
  }

  private func misuse(_ global: PickleGlobal) -> CheckpointError {
    failure(.header, "\(global.path) is called with the wrong arguments")
  }

  /// The argument of OrderedDict and Counter: a dict, or a list of pairs.
  private func dictItems(
    of value: PickleValue, _ global: PickleGlobal
  ) throws(CheckpointError) -> [PickleValue] {
    if let dict = heap.dict(value) { return dict.items }
    guard let entries = heap.sequence(value) else { throw misuse(global) }
    var items: [PickleValue] = []
    for entry in entries {
      guard let pair = heap.sequence(entry), pair.count == 2 else { throw misuse(global) }
      items += pair
    }
    return items
  }

  /// Text of code points below 256, as protocols below 3 write bytes.
  private func latin1(
    _ arguments: [PickleValue], _ global: PickleGlobal
  ) throws(CheckpointError) -> [UInt8] {
    guard arguments.count == 2, case .string(let text) = arguments[0],
      let encoding = arguments[1].text, ["latin1", "latin-1"].contains(encoding)
    else { throw misuse(global) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard scalar.value < 256 else { throw misuse(global) }
      bytes.append(UInt8(scalar.value))
    }
    return bytes
  }

  /// BUILD: attributes of an OrderedDict (`_metadata`) or a tensor, passed over.
  mutating func executeBuild() throws(CheckpointError) {
    let state = try pop()
    let target = try top()
    let allowed =
      switch target {
      case .tensor: true
      case .container(let index): heap.containers[Int(index)].kind == .orderedDict
      default: false
      }
    guard allowed, heap.dict(state) != nil else {
      throw failure(
        .forbidden,
        "BUILD of \(target.kind) with \(state.kind): only an OrderedDict or a tensor may be given "
          + "a dict of attributes")
    }
  }
}
