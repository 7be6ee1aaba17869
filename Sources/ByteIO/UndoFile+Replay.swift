#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif
internal import Failures

extension UndoFile {
  /// Whether something of an undo file's name lies beside a file.
  static func isLeft(besides path: String) -> Bool { access(path + ending, F_OK) == 0 }

  /// Takes back a change of the file at `path` that was interrupted; does nothing if there is none.
  ///
  /// Costs one look for the name beside it, and another one if the path is a link. What does not
  /// begin like an undo file of Lathe's is somebody else's and left alone.
  ///
  /// - Throws: `.undo` for a damaged undo file, or one that tells of another file; `.busy` if the
  ///   change is being made right now.
  static func replay(besides path: String) throws(ByteIOError) {
    if isLeft(besides: path) { return try replay(path) }
    guard isLink(path), let target = Paths.resolved(path), isLeft(besides: target) else { return }
    try replay(target)
  }

  static func isLink(_ path: String) -> Bool {
    var byte: CChar = 0
    return readlink(path, &byte, 1) >= 0
  }

  /// The undo file beside a file; nil if there is none, or what has its name is somebody else's: a
  /// folder, a file that begins otherwise.
  ///
  /// - Throws: `.inPlace` for a link.
  static func own(besides path: String) throws(ByteIOError) -> ExistingFile? {
    let name = path + ending
    guard let identity = FileIdentity.of(name), identity.isRegular else { return nil }
    let undo: ExistingFile
    do throws(ByteIOError) {
      undo = try ExistingFile(name, forWriting: false)
    } catch {
      // Another process has just put the file right.
      if error.code == .missing { return nil }
      throw error
    }
    guard undo.size >= UInt64(magic.count), try undo.read(magic.count, at: 0) == magic else {
      return nil
    }
    return undo
  }

  private static func replay(_ path: String) throws(ByteIOError) {
    let name = path + ending
    guard let undo = try own(besides: path) else { return }
    guard undo.lock() else {
      throw ByteIOError(
        .busy, "another run is changing this file; try again when it is done",
        at: Place(file: path))
    }
    guard FileIdentity.of(name)?.isSameFile(as: undo.identity) == true else { return }
    let file = try ExistingFile(path, forWriting: true)
    let content = try read(undo, for: file)
    let current = try file.read(content.before.count, at: content.offset)
    guard content.isBetween(current) else {
      throw refusal(undo, "the file has been changed since by something else")
    }
    if current != content.before {
      try file.write(content.before, at: content.offset)
      try file.sync()
    }
    try remove(name)
  }

  /// The content of an undo file, after everything was checked that can be without the changed bytes.
  private static func read(
    _ undo: ExistingFile, for file: ExistingFile
  ) throws(ByteIOError) -> UndoFile {
    guard undo.owner == file.owner || undo.owner == geteuid() else {
      throw refusal(undo, "it belongs to another user than the file")
    }
    guard undo.size <= sizeLimit else {
      throw refusal(undo, "its \(undo.size) bytes exceed the limit of \(sizeLimit)")
    }
    let bytes = try undo.read(Int(undo.size), at: 0)
    let content: UndoFile
    do throws(Defect) {
      content = try UndoFile(bytes)
    } catch { throw refusal(undo, error.message) }
    guard content.fileSize == file.size else {
      throw refusal(
        undo, "it tells of a file of \(content.fileSize) bytes, this one has \(file.size)")
    }
    let found = try surroundings(of: file, offset: content.offset, count: content.before.count)
    guard found == content.surroundings else { throw refusal(undo, "it tells of another file") }
    return content
  }

  private static func refusal(_ undo: ExistingFile, _ why: String) -> ByteIOError {
    ByteIOError(
      .undo,
      "this undo file cannot be used: \(why); if the file beside it is as it should be, remove the "
        + "undo file", at: Place(file: undo.path))
  }

  /// Removes an undo file for good.
  static func remove(_ name: String) throws(ByteIOError) {
    guard FaultInjection.remove() == nil, unlink(name) == 0 else {
      throw ByteIOError(
        .write, "cannot remove the undo file: \(errorText(errno))", at: Place(file: name))
    }
    try syncFolder(of: name)
  }

  static func syncFolder(of name: String) throws(ByteIOError) {
    guard FaultInjection.sync() == nil else {
      throw ByteIOError(
        .write, "cannot sync the folder: \(errorText(errno))", at: Place(file: name))
    }
    try Paths.syncFolder(Paths.parent(name))
  }
}
