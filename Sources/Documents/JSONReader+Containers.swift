public import Failures

extension JSONReader {
  /// Enters an object.
  public mutating func beginObject() throws(DocumentError) {
    try expect(.object, "an object")
    try open(isObject: true)
  }

  /// Enters an array.
  public mutating func beginArray() throws(DocumentError) {
    try expect(.array, "an array")
    try open(isObject: false)
  }

  /// The next key of the innermost object, nil after its last; the object is then closed.
  public mutating func nextKey() throws(DocumentError) -> String? {
    guard try advance(isObject: true) else { return nil }
    let start = position
    let span = try scanString()
    let key = string(span)
    try note(key, at: start)
    try passColon()
    return key
  }

  /// Appends the next key of the innermost object to a list; false after its last.
  ///
  /// - Throws: `.duplicateKey` is found only by `nextKey() -> String?`.
  public mutating func nextKey(into list: inout PackedStrings) throws(DocumentError) -> Bool {
    guard try advance(isObject: true) else { return false }
    try append(try scanString(), to: &list)
    try passColon()
    return true
  }

  /// Whether the innermost array has another element, which is then to be read; after the last one
  /// the array is closed.
  public mutating func nextElement() throws(DocumentError) -> Bool {
    guard try advance(isObject: false) else { return false }
    valueIsNext = true
    return true
  }

  /// Passes over the next value, checking it.
  public mutating func skipValue() throws(DocumentError) {
    let base = frames.count
    repeat {
      if valueIsNext {
        switch try peekKind() {
        case .object: try open(isObject: true)
        case .array: try open(isObject: false)
        default: try skipScalar()
        }
      } else if let top = frames.last, top.isObject {
        if options.refusesDuplicateKeys {
          _ = try nextKey()
        } else if try advance(isObject: true) {
          _ = try scanString()
          try passColon()
        }
      } else {
        _ = try nextElement()
      }
    } while frames.count > base
  }

  /// Passes over the next value, checking it, and gives its place in the bytes.
  public mutating func rawValueRange() throws(DocumentError) -> Range<Int> {
    _ = try peekKind()
    let start = position
    try skipValue()
    return start..<position
  }

  /// Passes the opening bracket at `position`.
  private mutating func open(isObject: Bool) throws(DocumentError) {
    guard frames.count < options.maxDepth else {
      throw failure(.limit, "nested deeper than the limit of \(options.maxDepth) levels")
    }
    position += 1
    frames.append(Frame(isObject: isObject))
    if options.refusesDuplicateKeys {
      if keySets.count < frames.count {
        keySets.append(KeySet())
      } else {
        keySets[frames.count - 1].removeAll()
      }
    }
    valueIsNext = false
  }

  /// Goes to the next key or element of the innermost container; false if it was closed.
  private mutating func advance(isObject: Bool) throws(DocumentError) -> Bool {
    guard let top = frames.last, top.isObject == isObject else {
      throw failure(.type, "\(isObject ? "an object" : "an array") is not open here")
    }
    if valueIsNext { try skipValue() }
    skipBlanks()
    let closing = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
    if current == closing {
      position += 1
      frames.removeLast()
      valueIsNext = false
      return false
    }
    if top.isEmpty {
      frames[frames.count - 1].isEmpty = false
    } else {
      guard current == UInt8(ascii: ",") else {
        throw unexpected(isObject ? "',' or '}'" : "',' or ']'")
      }
      position += 1
      skipBlanks()
    }
    if isObject, current != UInt8(ascii: "\"") { throw unexpected("a key in quotes") }
    return true
  }

  /// Passes the colon after a key.
  private mutating func passColon() throws(DocumentError) {
    skipBlanks()
    guard current == UInt8(ascii: ":") else { throw unexpected("':'") }
    position += 1
    valueIsNext = true
  }

  /// Remembers a key of the innermost object.
  private mutating func note(_ key: String, at index: Int) throws(DocumentError) {
    guard options.refusesDuplicateKeys, keySets.indices.contains(frames.count - 1) else { return }
    guard keySets[frames.count - 1].insert(key) else {
      throw failure(
        .duplicateKey, "the key '\(key.shortened)' stands twice in one object", at: index)
    }
  }
}
