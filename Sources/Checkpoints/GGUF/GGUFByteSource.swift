internal import ByteIO
internal import Documents
internal import Failures

/// The bytes of a header, read front to back through a window that slides over the file.
///
/// No more than the window and what is asked for is in memory; the tensors' data is not read,
/// apart from what the last window reaches into it.
struct GGUFByteSource: ~Copyable {
  /// Usual size of the window.
  private static let windowBytes = 256 << 10

  let file: RandomAccessFile
  /// Whether numbers have their most significant byte first.
  var isBigEndian = false
  /// Whether counts, lengths and axes are 32-bit: version 1.
  var hasNarrowCounts = false

  /// Where the header must have ended: the file's size or the cap.
  let end: UInt64
  private var window: UnsafeMutableRawBufferPointer
  private var start: UInt64 = 0
  private var filled = 0
  private var cursor = 0

  init(_ file: RandomAccessFile) {
    self.file = file
    end = min(file.size, GGUFLimits.headerBytes)
    window = .allocate(byteCount: Int(min(UInt64(Self.windowBytes), max(end, 8))), alignment: 16)
  }

  deinit { window.deallocate() }

  /// Where the next byte lies.
  var position: UInt64 { start + UInt64(cursor) }
  /// Bytes that a header may still have.
  var remaining: UInt64 { end - position }
  /// Bytes of a count or length.
  var lengthBytes: Int { hasNarrowCounts ? 4 : 8 }

  /// An error at a place of this file.
  func failure(
    _ code: CheckpointError.Code, _ message: String, at offset: UInt64? = nil,
    tensor: String? = nil
  ) -> CheckpointError {
    CheckpointError(
      code, message,
      at: Place(file: file.path, byteOffset: offset ?? position, tensor: tensor))
  }

  /// The error of a header that needs `count` more bytes than there are.
  func shortage(_ needed: UInt64, _ what: String) -> CheckpointError {
    if end < file.size {
      return failure(
        .limit,
        "\(what) takes at least \(needed) bytes, which brings the header over the limit of "
          + "\(GGUFLimits.headerBytes) bytes")
    }
    return failure(
      .truncated, "\(what) takes at least \(needed) bytes, but \(remaining) remain in the file")
  }

  /// Makes `count` bytes lie together in the window.
  mutating func require(_ count: Int, _ what: @autoclosure () -> String) throws(CheckpointError) {
    if count <= filled - cursor { return }
    guard UInt64(count) <= remaining else { throw shortage(UInt64(count), what()) }
    let begin = position
    let size = min(UInt64(max(count, Self.windowBytes)), remaining)
    if Int(size) > window.count {
      window.deallocate()
      window = .allocate(byteCount: Int(size), alignment: 16)
    }
    start = begin
    cursor = 0
    filled = 0
    try readFile(into: UnsafeMutableRawBufferPointer(rebasing: window[..<Int(size)]), at: begin)
    filled = Int(size)
  }

  /// Fills `target` with the next bytes, those beyond the window straight from the file.
  mutating func read(
    into target: UnsafeMutableRawBufferPointer, _ what: @autoclosure () -> String
  ) throws(CheckpointError) {
    guard UInt64(target.count) <= remaining else {
      throw shortage(UInt64(target.count), what())
    }
    let near = min(target.count, filled - cursor)
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: window[cursor..<cursor + near]))
    cursor += near
    guard near < target.count else { return }
    try readFile(into: UnsafeMutableRawBufferPointer(rebasing: target[near...]), at: position)
    start = position + UInt64(target.count - near)
    cursor = 0
    filled = 0
  }

  private func readFile(
    into target: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(CheckpointError) {
    do throws(ByteIOError) {
      try file.read(into: target, at: offset)
    } catch { throw CheckpointError(.io, wrapping: error) }
  }

  /// The next integer.
  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, _ what: @autoclosure () -> String
  ) throws(CheckpointError) -> T {
    try require(MemoryLayout<T>.size, what())
    defer { cursor += MemoryLayout<T>.size }
    return number(at: cursor, T.self)
  }

  /// The next count, length or axis: 64-bit, in version 1 32-bit.
  mutating func count(_ what: @autoclosure () -> String) throws(CheckpointError) -> UInt64 {
    hasNarrowCounts ? UInt64(try integer(UInt32.self, what())) : try integer(UInt64.self, what())
  }

  /// The next `count` bytes, lent until the next call.
  mutating func bytes(
    _ count: Int, _ what: @autoclosure () -> String
  ) throws(CheckpointError) -> UnsafeRawBufferPointer {
    try require(count, what())
    defer { cursor += count }
    return UnsafeRawBufferPointer(rebasing: window[cursor..<cursor + count])
  }

  /// The next length-prefixed text, lent until the next call.
  mutating func lengthPrefixed(
    limit: Int = Int.max, _ what: @autoclosure () -> String
  ) throws(CheckpointError) -> UnsafeRawBufferPointer {
    let begin = position
    let length = try count(what())
    guard length <= remaining else { throw shortage(length, what()) }
    guard length <= UInt64(limit) else {
      throw failure(
        .limit, "\(what()) is \(length) bytes long, at most \(limit) are allowed", at: begin)
    }
    return try bytes(Int(length), what())
  }

  /// The next text.
  mutating func string(
    limit: Int = Int.max, _ what: @autoclosure () -> String
  ) throws(CheckpointError) -> String {
    let begin = position
    let utf8 = try lengthPrefixed(limit: limit, what())
    guard let text = String(validating: utf8, as: UTF8.self) else {
      throw failure(.header, "\(what()) is not valid UTF-8", at: begin)
    }
    return text
  }

  /// Takes the length-prefixed texts that lie wholly in the window, up to `count` of them.
  ///
  /// - Parameter beginsInside: set if a text's first byte continues a UTF-8 character.
  /// - Returns: how many there were.
  mutating func takeTexts(
    upTo count: Int, into list: inout PackedStrings, beginsInside: inout Bool
  ) -> Int {
    var taken = 0
    while taken < count, filled - cursor >= lengthBytes {
      let length =
        hasNarrowCounts ? UInt64(number(at: cursor, UInt32.self)) : number(at: cursor, UInt64.self)
      let begin = cursor + lengthBytes
      guard length <= UInt64(filled - begin) else { break }
      let end = begin + Int(length)
      if length > 0, window[begin] & 0xC0 == 0x80 { beginsInside = true }
      list.append(utf8: UnsafeRawBufferPointer(rebasing: window[begin..<end]))
      cursor = end
      taken += 1
    }
    return taken
  }

  private func number<T: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, _ type: T.Type
  ) -> T {
    let raw = window.loadUnaligned(fromByteOffset: offset, as: T.self)
    return isBigEndian ? T(bigEndian: raw) : T(littleEndian: raw)
  }
}
