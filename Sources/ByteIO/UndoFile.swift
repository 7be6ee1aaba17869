internal import Crypto
internal import Failures

/// What takes a change of an existing file back: it lies beside the file while the change is made.
///
///     FILE.undo, numbers little-endian
///     +----------+------------+--------+-----------+-------------+------------+--------------+
///     | LATHEUND | version: 1 | 0: u32 | file size | first byte  | how many   | surroundings |
///     | 8 bytes  | u32        |        | u64       | changed u64 | bytes: u64 | SHA-256      |
///     +----------+------------+--------+-----------+-------------+------------+--------------+
///     | the bytes before | the bytes after | SHA-256 of everything so far |
///     +------------------+-----------------+------------------------------+
///
/// The surroundings are the file's size and what lies around the changed bytes and at the file's end.
/// It is put in its place by a rename after it was synced: one that is there is whole.
struct UndoFile {
  /// What its name has more than that of the file.
  static let ending = ".undo"
  static let magic = Array("LATHEUND".utf8)
  static let version: UInt32 = 1
  /// Most bytes that a change may span: what the longest header takes.
  static let changeLimit: UInt64 = 512 << 20
  private static let headBytes = 8 + 4 + 4 + 8 + 8 + 8 + 32
  private static let hashBytes = 32
  /// Most bytes of an undo file.
  static var sizeLimit: UInt64 { UInt64(headBytes + hashBytes) + 2 * changeLimit }
  /// Bytes that are looked at on either side of the changed ones, and at the end.
  private static let surroundingBytes: UInt64 = 64 << 10

  let fileSize: UInt64
  let offset: UInt64
  let surroundings: [UInt8]
  let before: [UInt8]
  let after: [UInt8]

  init(fileSize: UInt64, offset: UInt64, surroundings: [UInt8], before: [UInt8], after: [UInt8]) {
    self.fileSize = fileSize
    self.offset = offset
    self.surroundings = surroundings
    self.before = before
    self.after = after
  }

  /// The file's bytes.
  var bytes: [UInt8] {
    var result = Self.magic
    result.reserveCapacity(Self.headBytes + 2 * before.count + Self.hashBytes)
    Self.append(Self.version, to: &result)
    Self.append(UInt32(0), to: &result)
    for number in [fileSize, offset, UInt64(before.count)] { Self.append(number, to: &result) }
    result += surroundings + before + after
    return result + Self.hash(result)
  }

  /// Why bytes are no undo file.
  struct Defect: Error { let message: String }

  /// Reads an undo file that begins with the magic.
  init(_ bytes: [UInt8]) throws(Defect) {
    let least = Self.headBytes + Self.hashBytes
    guard bytes.count >= least else {
      throw Defect(message: "it has \(bytes.count) bytes, at least \(least) are expected")
    }
    let version = UInt32(truncatingIfNeeded: Self.number(bytes, at: 8, width: 4))
    guard version == Self.version else {
      throw Defect(message: "its version is \(version), supported is \(Self.version)")
    }
    let end = bytes.count - Self.hashBytes
    guard Array(bytes[end...]) == Self.hash(Array(bytes[..<end])) else {
      throw Defect(message: "its checksum does not match")
    }
    let size = Self.number(bytes, at: 16, width: 8)
    let first = Self.number(bytes, at: 24, width: 8)
    let count = Self.number(bytes, at: 32, width: 8)
    guard count > 0, count <= Self.changeLimit, 2 * count == UInt64(end - Self.headBytes) else {
      throw Defect(message: "it tells of \(count) changed bytes and holds others")
    }
    guard first <= size, count <= size - first, first + count <= Self.changeLimit else {
      throw Defect(message: "bytes \(first) + \(count) do not lie in the header of \(size) bytes")
    }
    fileSize = size
    offset = first
    surroundings = Array(bytes[40..<Self.headBytes])
    let middle = Self.headBytes + Int(count)
    before = Array(bytes[Self.headBytes..<middle])
    after = Array(bytes[middle..<end])
  }

  /// Whether bytes may be the file's own, a change having been interrupted anywhere.
  func isBetween(_ current: [UInt8]) -> Bool {
    guard current.count == before.count else { return false }
    return current.indices.allSatisfy { current[$0] == before[$0] || current[$0] == after[$0] }
  }

  /// What tells a file from others: its size, and bytes that the change leaves alone.
  static func surroundings(
    of file: ExistingFile, offset: UInt64, count: Int
  ) throws(ByteIOError) -> [UInt8] {
    let end = offset + UInt64(count)
    var ranges = [
      (offset - min(offset, surroundingBytes))..<offset,
      end..<min(file.size, end + surroundingBytes),
    ]
    ranges.append(max(end, file.size - min(file.size, surroundingBytes))..<max(end, file.size))
    var sum = SHA256()
    var size: [UInt8] = []
    append(file.size, to: &size)
    sum.update(data: size)
    for range in ranges {
      sum.update(
        data: try file.read(Int(range.upperBound - range.lowerBound), at: range.lowerBound))
    }
    return Array(sum.finalize())
  }

  private static func hash(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

  private static func append<T: FixedWidthInteger>(_ number: T, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private static func number(_ bytes: [UInt8], at offset: Int, width: Int) -> UInt64 {
    bytes[offset..<offset + width].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
