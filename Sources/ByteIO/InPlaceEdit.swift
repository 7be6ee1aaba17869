#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif
public import Failures

/// A change of the first bytes of an existing file that happens wholly or not at all.
///
/// An undo file (`FILE.undo`) is synced before the first byte is changed and removed after the last
/// one is on the disk. If the run ends between, whatever opens the file next through this module takes
/// the change back.
public struct InPlaceEdit: Sendable {
  /// Path of the file.
  public let path: String
  private let offset: UInt64
  private let before: [UInt8]
  private let after: [UInt8]
  private let identity: FileIdentity

  /// A change that replaces the file's first bytes by others of the same number.
  ///
  /// - Throws: `.inPlace` if the path is a link, or the file has more names than this one.
  public init(_ path: String, start: [UInt8]) throws(ByteIOError) {
    try UndoFile.replay(besides: path)
    let file = try ExistingFile(path, forWriting: true)
    guard file.links == 1 else {
      throw ByteIOError(
        .inPlace,
        "the file has \(file.links) names, which a change in place would all concern; copy it first",
        at: Place(file: path))
    }
    self.path = path
    identity = file.identity
    let old = try file.read(start.count, at: 0)
    // Only what differs is written: less can be torn.
    var first = 0
    while first < old.count, old[first] == start[first] { first += 1 }
    var last = old.count
    while last > first, old[last - 1] == start[last - 1] { last -= 1 }
    offset = UInt64(first)
    before = Array(old[first..<last])
    after = Array(start[first..<last])
    guard UInt64(start.count) <= UndoFile.changeLimit else {
      throw ByteIOError(
        .inPlace, "a change of \(start.count) bytes exceeds the limit of \(UndoFile.changeLimit)",
        at: Place(file: path))
    }
  }

  /// Whether there is anything to change.
  public var isEmpty: Bool { before.isEmpty }

  /// Makes the change.
  ///
  /// - Throws: also `.busy` if another run is changing the file. The file is then as it was, or an undo
  ///   file is left that makes it so; if only the sync of its folder at the very end failed, it is
  ///   changed.
  public func apply() throws(ByteIOError) {
    if isEmpty { return }
    let file = try ExistingFile(path, forWriting: true)
    guard file.identity == identity else {
      throw ByteIOError(.changed, "the file changed meanwhile", at: Place(file: path))
    }
    let name = path + UndoFile.ending
    let lock = try prepare(file, name)
    do throws(ByteIOError) {
      try file.write(after, at: offset)
      try file.sync()
    } catch {
      try takeBack(file, name, after: error)
      throw error
    }
    try UndoFile.remove(name)
    withExtendedLifetime(lock) {}
  }

  /// Puts the undo file in its place, locked as long as the result lives.
  private func prepare(_ file: ExistingFile, _ name: String) throws(ByteIOError) -> AnyObject {
    guard !UndoFile.isLeft(besides: path) else {
      throw ByteIOError(
        .busy, "the undo file would lie here; another run may be changing the file",
        at: Place(file: name))
    }
    let content = UndoFile(
      fileSize: file.size, offset: offset,
      surroundings: try UndoFile.surroundings(of: file, offset: offset, count: before.count),
      before: before, after: after)
    let transaction = try OutputTransaction(name, isFolder: false, replace: false)
    do throws(ByteIOError) {
      let bytes = content.bytes
      let output = try OutputFile(transaction.partial, size: UInt64(bytes.count))
      try output.write(bytes, at: 0)
      try output.sync()
      try transaction.commit(sync: false)
    } catch {
      try transaction.discard()
      throw error
    }
    do throws(ByteIOError) {
      try UndoFile.syncFolder(of: name)
    } catch {
      try UndoFile.remove(name)
      throw error
    }
    return transaction
  }

  /// Writes back what was there after the change has failed.
  private func takeBack(
    _ file: ExistingFile, _ name: String, after first: ByteIOError
  ) throws(ByteIOError) {
    do throws(ByteIOError) {
      try file.write(before, at: offset)
      try file.sync()
      try UndoFile.remove(name)
    } catch {
      throw ByteIOError(
        first.code,
        "\(first.message); \(name) is left and makes the file what it was when it is opened next",
        at: first.place, cause: error)
    }
  }
}
