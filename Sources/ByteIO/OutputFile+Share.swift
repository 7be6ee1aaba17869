#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif
internal import CSystem
public import Failures

extension OutputFile {
  /// Shares a run of bytes with a source: both files use the same blocks of the disk until one of
  /// them is changed, so nothing is copied.
  ///
  /// That needs a file system with such links (btrfs, XFS) and both positions at the same place
  /// within a block; what lies before the first whole block is copied.
  ///
  /// - Returns: false if this pair of files or positions cannot be shared; what is written then is
  ///   to be written anew.
  public func share(
    from source: RandomAccessFile, at sourceOffset: UInt64, count: UInt64, to offset: UInt64
  ) throws(ByteIOError) -> Bool {
    let (end, overflow) = sourceOffset.addingReportingOverflow(count)
    guard !overflow, end <= source.size, offset <= size, count <= size - offset else {
      throw ByteIOError(
        .write, "bytes \(sourceOffset) to \(end) do not fit at byte \(offset) of \(size)",
        at: Place(file: path, byteOffset: offset))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, let block = UInt64(exactly: status.st_blksize),
      block > 0, sourceOffset % block == offset % block
    else { return false }
    let head = (block - sourceOffset % block) % block
    guard count > head, end == source.size || end % block == 0 else { return false }
    let result =
      FaultInjection.write(count: 0).map(Int32.init)
      ?? lathe_clone_range(
        source.descriptor, Int64(sourceOffset + head), descriptor, Int64(offset + head),
        Int64(count - head))
    guard result == 0 else {
      let number = errno
      if [EOPNOTSUPP, ENOTTY, EXDEV, EINVAL, ENOSYS, EPERM].contains(number) { return false }
      throw ByteIOError(
        .write, "cannot share \(count - head) bytes: \(errorText(number))",
        at: Place(file: path, byteOffset: offset))
    }
    try write(try source.read(count: Int(head), at: sourceOffset), at: offset)
    return true
  }

  /// Bytes of the buffer where the kernel cannot copy by itself.
  private static let bufferBytes = 1 << 20

  /// Copies a run of bytes from a source, inside the kernel where it can, else through a buffer.
  public func take(
    from source: RandomAccessFile, at sourceOffset: UInt64, count: UInt64, to offset: UInt64
  ) throws(ByteIOError) {
    guard let whole = Int(exactly: count) else {
      throw ByteIOError(.write, "\(count) bytes exceed any file", at: Place(file: path))
    }
    if try copy(from: source, at: sourceOffset, count: whole, to: offset) { return }
    var done: UInt64 = 0
    while done < count {
      let step = Int(min(count - done, UInt64(Self.bufferBytes)))
      try write(try source.read(count: step, at: sourceOffset + done), at: offset + done)
      done += UInt64(step)
    }
  }
}
