internal import Failures

extension Unpickler {
  /// Carries out one instruction of the allow-list.
  mutating func execute(_ opcode: PickleOpcode) throws(CheckpointError) {
    switch opcode {
    case .stop: break
    case .proto:
      let version = Int(try source.byte())
      guard version <= 5 else {
        throw failure(.unsupported, "pickle protocol \(version); supported are 0 to 5")
      }
      protocolVersion = max(protocolVersion, version)
    case .frame:
      let length = try source.number(8)
      guard length <= source.remaining else {
        throw failure(
          .truncated, "a frame of \(length) bytes, where only \(source.remaining) remain")
      }
    case .mark:
      guard marks.count < PickleLimits.marks else {
        throw failure(.limit, "the pickle has more than \(PickleLimits.marks) open MARKs")
      }
      marks.append(stack.count)
    case .pop:
      if stack.count == (marks.last ?? 0), !marks.isEmpty {
        marks.removeLast()
      } else {
        _ = try pop()
      }
    case .popMark: _ = try popMark()
    case .duplicate: try push(top())
    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .int, .long, .float: try executeDecimal(opcode)
    case .binInt: try push(.int(Int(Int32(truncatingIfNeeded: source.number(4)))))
    case .binInt1: try push(.int(Int(source.number(1))))
    case .binInt2: try push(.int(Int(source.number(2))))
    case .long1: try pushLong(byteCount: source.number(1))
    case .long4:
      let count = Int32(truncatingIfNeeded: try source.number(4))
      guard count >= 0 else { throw failure(.header, "LONG4 with the length \(count)") }
      try pushLong(byteCount: UInt64(count))
    case .binFloat: try push(.float(Double(bitPattern: source.number(8).byteSwapped)))
    case .string, .unicode: try executeTextLine(opcode)
    case .shortBinString: try pushPython2String(byteCount: source.number(1))
    case .binString:
      let count = Int32(truncatingIfNeeded: try source.number(4))
      guard count >= 0 else { throw failure(.header, "BINSTRING with the length \(count)") }
      try pushPython2String(byteCount: UInt64(count))
    case .shortBinUnicode: try push(.string(source.text(source.number(1))))
    case .binUnicode: try push(.string(source.text(source.number(4))))
    case .binUnicode8: try push(.string(source.text(source.number(8))))
    case .shortBinBytes: try pushBytes(count: source.number(1))
    case .binBytes: try pushBytes(count: source.number(4))
    case .binBytes8, .byteArray8: try pushBytes(count: source.number(8))
    case .emptyTuple: try push(makeTuple([]))
    case .tuple1: try push(makeTuple(pop(1)))
    case .tuple2: try push(makeTuple(pop(2)))
    case .tuple3: try push(makeTuple(pop(3)))
    case .tuple: try push(makeTuple(popMark()))
    case .emptyList: try push(make(.list))
    case .list: try push(make(.list, popMark()))
    case .append: try extend([pop()], { $0.kind == .list }, "a list")
    case .appends: try extend(popMark(), { $0.kind == .list }, "a list")
    case .emptySet: try push(make(.set))
    case .frozenSet: try push(make(.set, popMark()))
    case .addItems: try extend(popMark(), { $0.kind == .set }, "a set")
    case .emptyDict: try push(make(.dict))
    case .dict: try push(make(.dict, pairs(popMark())))
    case .setItem: try extend(pop(2), \.isDict, "a dict")
    case .setItems: try extend(pairs(popMark()), \.isDict, "a dict")
    case .get: try recall(memoNumber(source.line()))
    case .binGet: try recall(Int(source.number(1)))
    case .longBinGet: try recall(Int(source.number(4)))
    case .put: try remember(memoNumber(source.line()))
    case .binPut: try remember(Int(source.number(1)))
    case .longBinPut: try remember(Int(source.number(4)))
    case .memoize: try memoize()
    case .global:
      let module = try source.line()
      try pushGlobal(module: module, name: source.line())
    case .stackGlobal:
      let name = try pop()
      guard case .string(let module) = try pop(), case .string(let name) = name else {
        throw failure(.header, "STACK_GLOBAL expects two strings")
      }
      try pushGlobal(module: module, name: name)
    case .reduce, .newObject: try executeCall(opcode)
    case .build: try executeBuild()
    case .binPersID: try push(loadStorage(pop()))
    }
  }

  /// Keys and values in turn.
  private func pairs(_ items: [PickleValue]) throws(CheckpointError) -> [PickleValue] {
    guard items.count % 2 == 0 else {
      throw failure(.header, "a dict's key without a value")
    }
    return items
  }

  private func memoNumber(_ line: String) throws(CheckpointError) -> Int {
    guard let number = Int(line), number >= 0 else {
      throw failure(.header, "expected the number of a memo entry, found '\(line)'")
    }
    return number
  }

  private mutating func pushBytes(count: UInt64) throws(CheckpointError) {
    try push(.bytes(source.bytes(count, limit: PickleLimits.stringBytes, "a byte string")))
  }

  /// Python 2 does not tell text from bytes: what is valid UTF-8 is text.
  private mutating func pushPython2String(byteCount: UInt64) throws(CheckpointError) {
    let bytes = try source.bytes(byteCount, limit: PickleLimits.stringBytes, "a string")
    try push(String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(bytes))
  }

  private mutating func pushLong(byteCount: UInt64) throws(CheckpointError) {
    let bytes = try source.bytes(byteCount, limit: PickleLimits.longBytes, "an integer")
    guard bytes.count <= 8 else { return try push(.long(bytes)) }
    var value = (bytes.last ?? 0) >= 0x80 ? -1 : 0
    for byte in bytes.reversed() { value = value << 8 | Int(byte) }
    try push(.int(value))
  }

  /// The decimal numbers of protocol 0.
  private mutating func executeDecimal(_ opcode: PickleOpcode) throws(CheckpointError) {
    var line = try source.line()
    if opcode == .float {
      guard let value = Double(line) else {
        throw failure(.header, "expected a decimal number, found '\(line)'")
      }
      return try push(.float(value))
    }
    if opcode == .int, line == "00" || line == "01" { return try push(.bool(line == "01")) }
    if line.hasSuffix("L") { line.removeLast() }
    guard let value = Int(line) else {
      throw failure(.header, "expected a decimal integer of 64 bits, found '\(line)'")
    }
    try push(.int(value))
  }

  /// The quoted and escaped strings of protocol 0: only those without escapes.
  private mutating func executeTextLine(_ opcode: PickleOpcode) throws(CheckpointError) {
    var line = try source.line()
    if opcode == .string {
      guard line.utf8.count >= 2, let quote = line.first, quote == "'" || quote == "\"",
        line.last == quote
      else {
        throw failure(.header, "expected a quoted string, found '\(line)'")
      }
      line = String(line.dropFirst().dropLast())
    }
    guard !line.utf8.contains(0x5C) else {
      throw failure(
        .unsupported, "a protocol 0 string with escapes; supported are protocols 1 to 5")
    }
    try push(.string(line))
  }
}
