#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif
public import Failures

/// A regular file opened for reading at any position, from any thread.
public final class RandomAccessFile: Sendable {
  /// Path as it was given.
  public let path: String
  /// The file as it was when it was opened.
  public let identity: FileIdentity
  /// Size in bytes when it was opened.
  public var size: UInt64 { identity.size }
  let descriptor: Int32

  /// Opens a regular file; a change of it that was interrupted is undone first.
  ///
  /// - Throws: `.missing` if there is none, `.unreadable` if it cannot be opened or is no file,
  ///   `.undo` and `.busy` if an undo file lies beside it and cannot be used.
  public init(_ path: String) throws(ByteIOError) {
    try UndoFile.replay(besides: path)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let number = errno
      let missing = number == ENOENT || number == ENOTDIR
      throw ByteIOError(
        missing ? .missing : .unreadable,
        missing ? "no such file" : "cannot open for reading: \(errorText(number))",
        at: Place(file: path))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let text = errorText(errno)
      close(descriptor)
      throw ByteIOError(.unreadable, "cannot read its status: \(text)", at: Place(file: path))
    }
    let identity = FileIdentity(status)
    guard identity.isRegular else {
      close(descriptor)
      throw ByteIOError(
        .unreadable,
        identity.isFolder ? "expected a file, found a folder" : "expected a regular file",
        at: Place(file: path))
    }
    self.path = path
    self.identity = identity
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Fills the whole buffer from `offset`.
  ///
  /// - Throws: `.truncated` if the file ends before, `.changed` if it was longer when it was opened,
  ///   `.read` if the system refuses.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(ByteIOError) {
    guard !buffer.isEmpty else { return }
    let (end, overflow) = offset.addingReportingOverflow(UInt64(buffer.count))
    guard !overflow, end <= UInt64(Int64.max) else {
      throw ByteIOError(
        .truncated, "position \(offset) + \(buffer.count) exceeds any file",
        at: Place(file: path, byteOffset: offset))
    }
    var done = 0
    while done < buffer.count {
      guard let base = buffer.baseAddress else { return }
      let count = min(buffer.count - done, 1 << 30)
      let result =
        FaultInjection.read(count: count)
        ?? pread(descriptor, base + done, count, off_t(offset) + off_t(done))
      if result < 0 {
        if errno == EINTR { continue }
        throw ByteIOError(
          .read, "cannot read \(count) bytes: \(errorText(errno))",
          at: Place(file: path, byteOffset: offset + UInt64(done)))
      }
      if result == 0, end <= size {
        throw ByteIOError(
          .changed,
          "the file changed while it was being read: it had \(size) bytes and ends now after "
            + "\(offset + UInt64(done))", at: Place(file: path, byteOffset: offset))
      }
      if result == 0 {
        throw ByteIOError(
          .truncated,
          "expected \(buffer.count) bytes from byte \(offset), the file ends after "
            + "\(offset + UInt64(done))",
          at: Place(file: path, byteOffset: offset))
      }
      done += result
    }
  }

  /// The `count` bytes from `offset`; the range is checked against the size before allocating.
  public func read(count: Int, at offset: UInt64) throws(ByteIOError) -> [UInt8] {
    guard count >= 0, offset <= size, UInt64(count) <= size - offset else {
      throw ByteIOError(
        .truncated, "expected \(count) bytes from byte \(offset), the file has \(size)",
        at: Place(file: path, byteOffset: offset))
    }
    var failure: ByteIOError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(ByteIOError) {
        try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        initialized = count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }

  /// The whole file, refused beyond `limit` bytes.
  public func readAll(limit: Int) throws(ByteIOError) -> [UInt8] {
    guard size <= UInt64(limit) else {
      throw ByteIOError(
        .unreadable, "\(size) bytes exceed the limit of \(limit) for such a file",
        at: Place(file: path))
    }
    return try read(count: Int(size), at: 0)
  }

  /// - Throws: `.changed` if the file on the disk is no longer the one that was opened.
  public func checkUnchanged() throws(ByteIOError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, FileIdentity(status) == identity else {
      throw ByteIOError(
        .changed, "the file changed while it was being read", at: Place(file: path))
    }
  }
}
