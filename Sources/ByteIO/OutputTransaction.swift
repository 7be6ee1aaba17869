#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif
internal import CSystem
public import Failures

/// An output that appears whole or not at all: built as `DST.partial`, then renamed.
public final class OutputTransaction: Sendable {
  /// Where the output will be.
  public let destination: String
  /// Where it is built.
  public let partial: String
  /// Whether the output is a folder.
  public let isFolder: Bool
  private let replace: Bool
  /// Holds the lock on `partial`: two runs may not build the same output.
  private let lock: Int32

  /// Checks that the output may be made, and makes an empty `DST.partial`, in the place of what an
  /// interrupted run left.
  ///
  /// - Parameter replace: whether an existing output may be replaced.
  /// - Throws: `.exists`, `.create` if it cannot be made there or another run is making it.
  public init(_ destination: String, isFolder: Bool, replace: Bool) throws(ByteIOError) {
    var path = destination
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.destination = path
    self.isFolder = isFolder
    self.replace = replace
    partial = path + ".partial"
    try Self.check(path, isFolder: isFolder, replace: replace)
    if isFolder {
      if FileIdentity.of(partial)?.isFolder == true {
        let stale = try Self.locked(partial, O_RDONLY | O_DIRECTORY)
        defer { close(stale) }
        try Self.remove(partial)
      } else {
        try Self.remove(partial)
      }
      guard mkdir(partial, 0o777) == 0 else {
        throw ByteIOError(
          .create, "cannot make the folder: \(errorText(errno))", at: Place(file: partial))
      }
      lock = try Self.locked(partial, O_RDONLY | O_DIRECTORY)
    } else {
      lock = try Self.locked(partial, O_RDWR | O_CREAT)
    }
  }

  deinit { close(lock) }

  /// Opens what is being built and locks it as long as it stays open; where the file system has no
  /// locks, it is only opened.
  private static func locked(_ path: String, _ flags: Int32) throws(ByteIOError) -> Int32 {
    let descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else {
      throw ByteIOError(.create, "cannot create: \(errorText(errno))", at: Place(file: path))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      close(descriptor)
      throw ByteIOError(.create, "another run is making this output", at: Place(file: path))
    }
    return descriptor
  }

  /// - Throws: the error that creating an output there would lead to, as far as it can be known.
  public static func check(
    _ path: String, isFolder: Bool, replace: Bool
  ) throws(ByteIOError) {
    let parent = Paths.parent(path)
    guard let folder = FileIdentity.of(parent), folder.isFolder else {
      throw ByteIOError(.create, "the folder to hold it does not exist", at: Place(file: parent))
    }
    guard access(parent, W_OK | X_OK) == 0 else {
      throw ByteIOError(
        .create, "cannot write into the folder: \(errorText(errno))", at: Place(file: parent))
    }
    guard let existing = FileIdentity.of(path) else { return }
    guard existing.isFolder == isFolder, existing.isFolder || existing.isRegular else {
      throw ByteIOError(
        .exists,
        isFolder
          ? "expected to make a folder, found a file of that name"
          : "expected to make a file, found something else of that name",
        at: Place(file: path))
    }
    guard replace || (isFolder && Paths.isEmptyFolder(path)) else {
      throw ByteIOError(
        .exists, "the output exists already; --force replaces it", at: Place(file: path))
    }
  }

  /// Path under construction of a file of the output; sub-folders are made.
  public func path(of name: String) throws(ByteIOError) -> String {
    guard isFolder else { return partial }
    let path = partial + "/" + name
    try Paths.makeFolders(Paths.parent(path))
    return path
  }

  /// Puts the output in its place.
  ///
  /// - Parameter sync: whether to wait until folder entries are on the disk.
  public func commit(sync: Bool) throws(ByteIOError) {
    if isFolder, sync { try Paths.syncFolder(partial) }
    if isFolder, FileIdentity.of(destination) != nil {
      guard (FaultInjection.rename().map(Int32.init) ?? lathe_exchange(partial, destination)) == 0
      else { throw renameFailure() }
      try Self.remove(partial)
    } else {
      guard replace || FileIdentity.of(destination) == nil else {
        throw ByteIOError(
          .exists, "the output has appeared meanwhile", at: Place(file: destination))
      }
      let undo =
        UndoFile.isLink(destination + UndoFile.ending)
        ? nil : try UndoFile.own(besides: destination)
      guard (FaultInjection.rename().map(Int32.init) ?? rename(partial, destination)) == 0
      else { throw renameFailure() }
      // What could have been undone was in the file that is gone.
      if let undo { try Self.remove(undo.path) }
    }
    if sync { try Paths.syncFolder(Paths.parent(destination)) }
  }

  /// Removes what was built.
  public func discard() throws(ByteIOError) { try Self.remove(partial) }

  private func renameFailure() -> ByteIOError {
    ByteIOError(
      .create, "cannot rename from \(partial): \(errorText(errno))", at: Place(file: destination))
  }

  private static func remove(_ path: String) throws(ByteIOError) {
    try Paths.removeTree(path)
  }
}
