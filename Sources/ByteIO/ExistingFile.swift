#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif
internal import Failures

/// A regular file that is there already, opened without following a link at its end.
final class ExistingFile: Sendable {
  let path: String
  let size: UInt64
  /// Names that lead to it.
  let links: Int
  let owner: UInt32
  let identity: FileIdentity
  private let descriptor: Int32

  /// Bytes that one call writes; a run that is killed leaves whole pieces.
  private static let pieceBytes = 16 << 10

  /// Opens it; never waits, whatever lies there.
  ///
  /// - Throws: `.missing`, `.unreadable`, `.inPlace` for links and what is no regular file.
  init(_ path: String, forWriting: Bool) throws(ByteIOError) {
    let flags = (forWriting ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let descriptor = open(path, flags)
    guard descriptor >= 0 else {
      let number = errno
      if number == ELOOP {
        throw ByteIOError(
          .inPlace, "a link is not changed in place: give the path of the file it leads to",
          at: Place(file: path))
      }
      throw ByteIOError(
        number == ENOENT ? .missing : .unreadable,
        "cannot open for \(forWriting ? "writing" : "reading"): \(errorText(number))",
        at: Place(file: path))
    }
    self.path = path
    self.descriptor = descriptor
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    identity = FileIdentity(status)
    size = identity.size
    links = Int(clamping: status.st_nlink)
    owner = UInt32(status.st_uid)
    guard isKnown, identity.isRegular else {
      throw ByteIOError(.inPlace, "expected a regular file", at: Place(file: path))
    }
  }

  deinit { close(descriptor) }

  /// The `count` bytes from `offset`, which lie in the file.
  func read(_ count: Int, at offset: UInt64) throws(ByteIOError) -> [UInt8] {
    guard count >= 0, offset <= size, UInt64(count) <= size - offset else {
      throw ByteIOError(
        .truncated, "expected \(count) bytes from byte \(offset), the file has \(size)",
        at: Place(file: path, byteOffset: offset))
    }
    var number: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let step = min(count - filled, 1 << 30)
        let result =
          FaultInjection.read(count: step)
          ?? pread(descriptor, base + filled, step, off_t(offset) + off_t(filled))
        if result < 0, errno == EINTR { continue }
        if result <= 0 {
          number = result < 0 ? errno : EIO
          return
        }
        filled += result
      }
    }
    guard number == 0 else {
      throw ByteIOError(
        .read, "cannot read \(count) bytes: \(errorText(number))",
        at: Place(file: path, byteOffset: offset))
    }
    return bytes
  }

  /// Writes bytes over those that are there.
  func write(_ bytes: [UInt8], at offset: UInt64) throws(ByteIOError) {
    var number: Int32 = 0
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count, let base = buffer.baseAddress {
        let step = min(buffer.count - done, Self.pieceBytes)
        let result =
          FaultInjection.write(count: step)
          ?? pwrite(descriptor, base + done, step, off_t(offset) + off_t(done))
        if result < 0, errno == EINTR { continue }
        if result <= 0 {
          number = result < 0 ? errno : EIO
          return
        }
        done += result
      }
    }
    guard number == 0 else {
      throw ByteIOError(
        .write, "cannot write \(bytes.count) bytes: \(errorText(number))",
        at: Place(file: path, byteOffset: offset))
    }
  }

  /// Waits until the data is on the disk.
  func sync() throws(ByteIOError) {
    guard FaultInjection.sync() == nil, fsync(descriptor) == 0 else {
      throw ByteIOError(.write, "cannot sync: \(errorText(errno))", at: Place(file: path))
    }
  }

  /// Locks it as long as it stays open; false if another process has locked it.
  ///
  /// Where the file system has no locks, it counts as locked.
  func lock() -> Bool {
    flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
  }
}
