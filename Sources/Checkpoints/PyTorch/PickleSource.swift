internal import ByteIO
internal import Failures

/// The bytes of a pickle, read from its file through a window of 64 KiB.
struct PickleSource {
  let file: RandomAccessFile
  /// First byte that is not part of it.
  let end: UInt64
  private let start: UInt64
  private var window: [UInt8] = []
  private var windowStart: UInt64
  private var position = 0

  /// The bytes of a file from `start` on, at most up to `end`.
  init(_ file: RandomAccessFile, from start: UInt64, to end: UInt64) {
    self.file = file
    self.start = start
    self.end = end
    windowStart = start
  }

  /// Position in the file of the next byte.
  var offset: UInt64 { windowStart + UInt64(position) }
  /// Bytes up to the end.
  var remaining: UInt64 { end - offset }
  /// Where it stands, for messages.
  var place: Place { Place(file: file.path, byteOffset: offset) }

  /// Ensures that the window holds `count` more bytes, at most 64 KiB.
  private mutating func fill(_ count: Int) throws(CheckpointError) {
    if window.count - position >= count { return }
    guard remaining >= UInt64(count) else {
      throw CheckpointError(
        .truncated, "the pickle ends early: expected \(count) more bytes, found \(remaining)",
        at: place)
    }
    let here = offset
    guard here + UInt64(count) - start <= UInt64(PickleLimits.pickleBytes) else {
      throw CheckpointError(
        .limit, "the pickle is longer than the limit of \(PickleLimits.pickleBytes) bytes",
        at: place)
    }
    let size = Int(min(max(UInt64(count), 1 << 16), end - here))
    do { window = try file.read(count: size, at: here) } catch {
      throw CheckpointError(.io, wrapping: error)
    }
    windowStart = here
    position = 0
  }

  /// The next byte.
  mutating func byte() throws(CheckpointError) -> UInt8 {
    if position == window.count { try fill(1) }
    defer { position += 1 }
    return window[position]
  }

  /// The next `count` bytes (at most 8) as a little-endian number.
  mutating func number(_ count: Int) throws(CheckpointError) -> UInt64 {
    try fill(count)
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(window[position + index]) << UInt64(8 * index) }
    position += count
    return value
  }

  /// The next `count` bytes, checked against the bytes that remain before allocating.
  mutating func bytes(_ count: UInt64, limit: Int, _ what: String) throws(CheckpointError)
    -> [UInt8]
  {
    guard count <= remaining else {
      throw CheckpointError(
        .truncated, "\(what) of \(count) bytes is longer than the \(remaining) that remain",
        at: place)
    }
    guard count <= UInt64(limit) else {
      throw CheckpointError(
        .limit, "\(what) of \(count) bytes exceeds the limit of \(limit)", at: place)
    }
    if count <= 1 << 16 {
      try fill(Int(count))
      defer { position += Int(count) }
      return Array(window[position..<position + Int(count)])
    }
    var result: [UInt8] = []
    result.reserveCapacity(Int(count))
    while result.count < Int(count) {
      if position == window.count { try fill(1) }
      let step = min(window.count - position, Int(count) - result.count)
      result += window[position..<position + step]
      position += step
    }
    return result
  }

  /// The next `count` bytes as UTF-8 text.
  mutating func text(_ count: UInt64) throws(CheckpointError) -> String {
    let here = place
    let bytes = try bytes(count, limit: PickleLimits.stringBytes, "a string")
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CheckpointError(.header, "a string of the pickle is not valid UTF-8", at: here)
    }
    return text
  }

  /// The bytes up to the next line feed, which is passed.
  mutating func line() throws(CheckpointError) -> String {
    let here = place
    var bytes: [UInt8] = []
    while true {
      let next = try byte()
      if next == 0x0A { break }
      guard bytes.count < PickleLimits.lineBytes else {
        throw CheckpointError(
          .limit, "a line of the pickle exceeds the limit of \(PickleLimits.lineBytes) bytes",
          at: here)
      }
      bytes.append(next)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CheckpointError(.header, "a line of the pickle is not valid UTF-8", at: here)
    }
    return text
  }
}
