internal import Failures

/// Carries out a pickle's instructions as far as the allow-lists of opcodes and names go.
///
/// Values are plain data and descriptions; nothing in a pickle can reach a function of the program.
struct Unpickler {
  var source: PickleSource
  /// What the values refer to.
  var heap = PickleHeap()
  /// Highest protocol that a PROTO instruction named.
  var protocolVersion = 0
  var stack: [PickleValue] = []
  var marks: [Int] = []
  /// Indexes of storages by the bytes of their keys.
  var storageByKey: [[UInt8]: Int] = [:]
  var itemCount = 0
  /// Position of the instruction being carried out.
  var at = Place.unknown
  private var memo: [PickleValue] = []
  private var sparseMemo: [Int: PickleValue] = [:]

  /// Reads pickles from there.
  init(_ source: PickleSource) { self.source = source }

  /// Reads one pickle up to its STOP and returns its value.
  mutating func run() throws(CheckpointError) -> PickleValue {
    stack.removeAll()
    marks.removeAll()
    memo.removeAll()
    sparseMemo.removeAll()
    while true {
      at = source.place
      let code = try source.byte()
      guard let opcode = PickleOpcode(rawValue: code) else {
        if let name = PickleOpcode.refused[code] {
          throw try refusal(of: code, name)
        }
        throw failure(.header, "0x\(String(code, radix: 16)) is not a pickle instruction")
      }
      if opcode == .stop { return try pop() }
      try execute(opcode)
    }
  }

  /// The error for an instruction that exists and is not carried out.
  private mutating func refusal(of code: UInt8, _ name: String) throws(CheckpointError)
    -> CheckpointError
  {
    var named = ""
    if code == 0x69 {  // INST is followed by what it would call
      let module = try source.line()
      named = " of \(module).\(try source.line())"
    }
    return failure(
      .forbidden,
      "the pickle instruction \(name)\(named) is refused: only tensors and plain data are read")
  }

  /// An error at the current instruction.
  func failure(_ code: CheckpointError.Code, _ message: String) -> CheckpointError {
    CheckpointError(code, message, at: at)
  }

  /// Puts a value on the stack.
  mutating func push(_ value: PickleValue) throws(CheckpointError) {
    guard stack.count < PickleLimits.stack else {
      throw failure(.limit, "the pickle's stack exceeds \(PickleLimits.stack) values")
    }
    stack.append(value)
  }

  /// Takes the top value, which must lie above the last MARK.
  mutating func pop() throws(CheckpointError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw failure(.header, "the pickle takes a value from an empty stack")
    }
    return value
  }

  /// The top value.
  func top() throws(CheckpointError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw failure(.header, "the pickle looks at an empty stack")
    }
    return value
  }

  /// Takes all values above the last MARK, and the MARK.
  mutating func popMark() throws(CheckpointError) -> [PickleValue] {
    guard let mark = marks.popLast() else {
      throw failure(.header, "the pickle refers to a MARK that was never set")
    }
    let values = Array(stack[mark...])
    stack.removeLast(values.count)
    return values
  }

  /// Takes the top `count` values, the deepest first.
  mutating func pop(_ count: Int) throws(CheckpointError) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else {
      throw failure(.header, "the pickle takes \(count) values from a stack with fewer")
    }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    return values
  }

  /// Counts values put into containers, against the cap.
  mutating func count(items: Int) throws(CheckpointError) {
    itemCount += items
    guard itemCount <= PickleLimits.items else {
      throw failure(.limit, "the pickle holds more than \(PickleLimits.items) values")
    }
  }

  /// Makes a list, dict or set.
  mutating func make(
    _ kind: PickleHeap.Container.Kind, _ items: [PickleValue] = []
  ) throws(CheckpointError) -> PickleValue {
    guard heap.containers.count < PickleLimits.containers else {
      throw failure(.limit, "the pickle holds more than \(PickleLimits.containers) containers")
    }
    try count(items: items.count)
    heap.containers.append(.init(kind: kind, items: items))
    return .container(Int32(heap.containers.count - 1))
  }

  /// Makes a tuple.
  mutating func makeTuple(_ items: [PickleValue]) throws(CheckpointError) -> PickleValue {
    try count(items: items.count)
    let start = heap.tupleItems.count
    heap.tupleItems += items
    return .tuple(start: Int32(start), count: Int32(items.count))
  }

  /// Adds to the container on top of the stack.
  mutating func extend(
    _ items: [PickleValue], _ expected: (PickleHeap.Container) -> Bool, _ what: String
  ) throws(CheckpointError) {
    let target = try top()
    guard case .container(let index) = target, expected(heap.containers[Int(index)]) else {
      throw failure(.forbidden, "expected \(what) to add to, found \(target.kind)")
    }
    try count(items: items.count)
    heap.containers[Int(index)].items += items
  }

  /// Remembers the top value.
  mutating func remember(_ index: Int) throws(CheckpointError) {
    let value = try top()
    if index == memo.count {
      memo.append(value)
    } else if index < memo.count {
      memo[index] = value
    } else {
      sparseMemo[index] = value
    }
    guard memo.count + sparseMemo.count <= PickleLimits.memo else {
      throw failure(.limit, "the pickle's memo exceeds \(PickleLimits.memo) entries")
    }
  }

  /// Remembers the top value under the next free number.
  mutating func memoize() throws(CheckpointError) {
    try remember(memo.count + sparseMemo.count)
  }

  /// Pushes a remembered value.
  mutating func recall(_ index: Int) throws(CheckpointError) {
    if index < memo.count { return try push(memo[index]) }
    guard let value = sparseMemo[index] else {
      throw failure(.header, "the pickle refers to entry \(index) of its memo, never set")
    }
    try push(value)
  }
}
