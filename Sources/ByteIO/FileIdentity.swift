#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Which file a path leads to, and whether it changed: device, inode, size, time of change.
public struct FileIdentity: Hashable, Sendable {
  /// Device number.
  public let device: UInt64
  /// Inode number; hard links share it.
  public let inode: UInt64
  /// Size in bytes.
  public let size: UInt64
  /// Time of the last change of content, in nanoseconds.
  public let modified: Int64
  /// Whether it is a folder.
  public let isFolder: Bool
  /// Whether it is a regular file.
  public let isRegular: Bool

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    size = UInt64(max(0, Int64(status.st_size)))
    #if canImport(Glibc)
      let time = status.st_mtim
    #else
      let time = status.st_mtimespec
    #endif
    modified = Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    let kind = status.st_mode & S_IFMT
    isFolder = kind == S_IFDIR
    isRegular = kind == S_IFREG
  }

  /// The file that `path` leads to, following links; nil if there is none.
  public static func of(_ path: String) -> FileIdentity? {
    var status = stat()
    return stat(path, &status) == 0 ? FileIdentity(status) : nil
  }

  /// Whether both are the same file on the disk, whatever their names.
  public func isSameFile(as other: FileIdentity) -> Bool {
    device == other.device && inode == other.inode
  }
}
