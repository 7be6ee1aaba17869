internal import Documents
internal import Failures
internal import OrderedCollections

extension GGUFByteSource {
  /// The next `count` keys and values.
  mutating func metadata(count: UInt64) throws(CheckpointError) -> Metadata {
    var result = Metadata()
    result.reserveCapacity(Int(min(count, 256)))
    for index in 0..<count {
      let begin = position
      let key = try string(
        limit: GGUFLimits.keyBytes, "the name of key \(index + 1) of \(count)")
      guard !key.isEmpty else {
        throw failure(.header, "key \(index + 1) of \(count) has an empty name", at: begin)
      }
      guard result[key] == nil else {
        throw failure(.duplicate, "key '\(key)' stands twice", at: begin)
      }
      result[key] = try value(ofKey: key)
    }
    return result
  }

  private mutating func type(_ what: String) throws(CheckpointError) -> GGUFValueType {
    let begin = position
    let number = try integer(UInt32.self, "the type of \(what)")
    guard let type = GGUFValueType(rawValue: number) else {
      throw failure(
        .header,
        "\(what) has the unknown value type \(number); known are 0 to 12: \(GGUFValueType.names)",
        at: begin)
    }
    return type
  }

  private mutating func value(ofKey key: String) throws(CheckpointError) -> MetadataValue {
    let what = "the value of key '\(key)'"
    switch try type(what) {
    case .u8: return .u8(try integer(UInt8.self, what))
    case .i8: return .i8(try integer(Int8.self, what))
    case .u16: return .u16(try integer(UInt16.self, what))
    case .i16: return .i16(try integer(Int16.self, what))
    case .u32: return .u32(try integer(UInt32.self, what))
    case .i32: return .i32(try integer(Int32.self, what))
    case .f32: return .f32(Float(bitPattern: try integer(UInt32.self, what)))
    case .bool: return .bool(try truth(try integer(UInt8.self, what), what, at: position - 1))
    case .string: return .string(try string(what))
    case .array: return .array(try array(what, depth: 1))
    case .u64: return .u64(try integer(UInt64.self, what))
    case .i64: return .i64(try integer(Int64.self, what))
    case .f64: return .f64(Double(bitPattern: try integer(UInt64.self, what)))
    }
  }

  private func truth(
    _ byte: UInt8, _ what: String, at offset: UInt64
  ) throws(CheckpointError) -> Bool {
    guard byte <= 1 else {
      throw failure(.header, "\(what) is a bool of \(byte), expected 0 or 1", at: offset)
    }
    return byte == 1
  }

  private mutating func array(
    _ what: String, depth: Int
  ) throws(CheckpointError) -> MetadataArray {
    guard depth <= GGUFLimits.nesting else {
      throw failure(
        .limit, "\(what) nests arrays deeper than \(GGUFLimits.nesting) levels")
    }
    let type = try type("an element of \(what)")
    let begin = position
    let length = try count("the length of \(what)")
    let least = type.leastBytes(lengthBytes: lengthBytes)
    guard length <= remaining / UInt64(least) else {
      throw failure(
        end == file.size ? .truncated : .limit,
        "\(what) is an array of \(length) elements of at least \(least) bytes, but the header has "
          + "\(remaining) bytes left", at: begin)
    }
    let count = Int(length)
    switch type {
    case .u8: return .u8(try numbers(count, what))
    case .i8: return .i8(try numbers(count, what))
    case .u16: return .u16(try numbers(count, what))
    case .i16: return .i16(try numbers(count, what))
    case .u32: return .u32(try numbers(count, what))
    case .i32: return .i32(try numbers(count, what))
    case .f32: return .f32(try numbers(count, what))
    case .bool: return .bool(try truths(count, what))
    case .string: return .strings(try strings(count, what))
    case .u64: return .u64(try numbers(count, what))
    case .i64: return .i64(try numbers(count, what))
    case .f64: return .f64(try numbers(count, what))
    case .array:
      var lists: [MetadataArray] = []
      for _ in 0..<count { lists.append(try array(what, depth: depth + 1)) }
      return .arrays(lists)
    }
  }

  /// The next `count` numbers, copied as bits.
  private mutating func numbers<T: BitwiseCopyable>(
    _ count: Int, _ what: String
  ) throws(CheckpointError) -> [T] {
    var error: CheckpointError?
    let list = [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      let raw = UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[..<(count * MemoryLayout<T>.stride)])
      do throws(CheckpointError) {
        try read(into: raw, what)
        if isBigEndian { GGUFByteOrder.swap(raw, width: MemoryLayout<T>.stride) }
        initialized = count
      } catch let failure { error = failure }
    }
    if let error { throw error }
    return list
  }

  private mutating func truths(_ count: Int, _ what: String) throws(CheckpointError) -> [Bool] {
    let begin = position
    let bytes: [UInt8] = try numbers(count, what)
    var list: [Bool] = []
    list.reserveCapacity(count)
    for (index, byte) in bytes.enumerated() {
      list.append(try truth(byte, "element \(index) of \(what)", at: begin + UInt64(index)))
    }
    return list
  }

  /// The next `count` texts, packed, and checked to be UTF-8 in one go.
  private mutating func strings(
    _ count: Int, _ what: String
  ) throws(CheckpointError) -> PackedStrings {
    let begin = position
    var list = PackedStrings()
    list.reserve(count: count, byteCount: 0)
    // A text that begins inside a character makes the joined bytes valid where the parts are not.
    var beginsInside = false
    while list.count < count {
      let rest = count - list.count
      if takeTexts(upTo: rest, into: &list, beginsInside: &beginsInside) == rest { break }
      // this one crosses the window's end
      let text = try lengthPrefixed("element \(list.count) of \(what)")
      if let first = text.first, first & 0xC0 == 0x80 { beginsInside = true }
      list.append(utf8: text)
    }
    if beginsInside || !GGUFText.isValid(list.bytes) {
      let index = (0..<count).first { !GGUFText.isValid(list.utf8(at: $0)) } ?? 0
      throw failure(.header, "element \(index) of \(what) is not valid UTF-8", at: begin)
    }
    return list
  }
}
