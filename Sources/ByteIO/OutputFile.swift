#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif
internal import CSystem
public import Failures
internal import Synchronization

/// A new file of known size, written at any position from any thread.
public final class OutputFile: Sendable {
  /// Path on the disk.
  public let path: String
  /// Final size in bytes.
  public let size: UInt64
  let descriptor: Int32
  /// Held while the kernel writes: threads that wait for a file's own lock spin there.
  private let turn = Mutex(())

  /// Creates the file, replacing what an interrupted run left at that path.
  public init(_ path: String, size: UInt64) throws(ByteIOError) {
    guard size <= UInt64(Int64.max) else {
      throw ByteIOError(.create, "\(size) bytes exceed any file", at: Place(file: path))
    }
    let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw ByteIOError(.create, "cannot create: \(errorText(errno))", at: Place(file: path))
    }
    self.path = path
    self.size = size
    self.descriptor = descriptor
    guard ftruncate(descriptor, off_t(size)) == 0 else {
      let text = errorText(errno)
      throw ByteIOError(
        .create, "cannot make it \(size) bytes long: \(text)", at: Place(file: path))
    }
  }

  deinit { close(descriptor) }

  /// Writes the whole buffer at `offset`.
  public func write(_ buffer: UnsafeRawBufferPointer, at offset: UInt64) throws(ByteIOError) {
    guard let base = buffer.baseAddress, !buffer.isEmpty else { return }
    try check(offset, buffer.count)
    var done = 0
    while done < buffer.count {
      let count = min(buffer.count - done, 1 << 30)
      let result =
        FaultInjection.write(count: count)
        ?? turn.withLock { _ in
          pwrite(descriptor, base + done, count, off_t(offset) + off_t(done))
        }
      if result < 0 {
        if errno == EINTR { continue }
        throw failure("cannot write \(count) bytes", errno, offset + UInt64(done))
      }
      done += result
    }
  }

  /// Writes bytes at `offset`.
  public func write(_ bytes: [UInt8], at offset: UInt64) throws(ByteIOError) {
    let failure = bytes.withUnsafeBytes { buffer -> ByteIOError? in
      do throws(ByteIOError) {
        try write(buffer, at: offset)
        return nil
      } catch { return error }
    }
    if let failure { throw failure }
  }

  /// Copies a run of bytes from a source, inside the kernel where the file systems can.
  ///
  /// - Returns: false if this pair of files cannot be copied so; nothing is written then.
  public func copy(
    from source: RandomAccessFile, at sourceOffset: UInt64, count: Int, to offset: UInt64
  ) throws(ByteIOError) -> Bool {
    try check(offset, count)
    guard sourceOffset <= source.size, UInt64(count) <= source.size - sourceOffset else {
      throw ByteIOError(
        .truncated,
        "expected \(count) bytes from byte \(sourceOffset), the file has \(source.size)",
        at: Place(file: source.path, byteOffset: sourceOffset))
    }
    var done = 0
    while done < count {
      let step = min(count - done, 1 << 30)
      let result =
        FaultInjection.write(count: step)
        ?? turn.withLock { _ in
          lathe_copy_file_range(
            source.descriptor, Int64(sourceOffset) + Int64(done), descriptor,
            Int64(offset) + Int64(done), step)
        }
      if result < 0 {
        let number = errno
        if number == EINTR { continue }
        let cannot = [EXDEV, EINVAL, ENOSYS, EOPNOTSUPP, EPERM].contains(number)
        if done == 0, cannot { return false }
        throw failure("cannot copy \(step) bytes", number, offset + UInt64(done))
      }
      if result == 0 {
        throw ByteIOError(
          .changed,
          "the file changed while it was being read: it had \(source.size) bytes and ends now after "
            + "\(sourceOffset + UInt64(done))",
          at: Place(file: source.path, byteOffset: sourceOffset))
      }
      done += result
    }
    return true
  }

  /// Waits until the data is on the disk.
  public func sync() throws(ByteIOError) {
    let result = FaultInjection.sync().map(Int32.init) ?? fsync(descriptor)
    if result != 0 { throw failure("cannot sync", errno, nil) }
  }

  /// Begins to write dirty pages to the disk, without waiting.
  public func startWriteback() {
    lathe_start_writeback(descriptor)
  }

  private func check(_ offset: UInt64, _ count: Int) throws(ByteIOError) {
    guard count >= 0, offset <= size, UInt64(count) <= size - offset else {
      throw ByteIOError(
        .write, "\(count) bytes at \(offset) lie outside the planned \(size)",
        at: Place(file: path, byteOffset: offset))
    }
  }

  private func failure(_ what: String, _ number: Int32, _ offset: UInt64?) -> ByteIOError {
    ByteIOError(
      .write, "\(what): \(errorText(number))", at: Place(file: path, byteOffset: offset))
  }
}
