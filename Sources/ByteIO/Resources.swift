#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif
internal import CSystem
public import Failures

/// What the machine has left.
public enum Resources {
  /// Bytes that may be written to the file system of `path`, which must exist; without limit if it
  /// counts no blocks, as the kernel's own file systems.
  public static func freeDisk(at path: String) throws(ByteIOError) -> UInt64 {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else {
      throw ByteIOError(
        .unreadable, "cannot tell its free space: \(errorText(errno))", at: Place(file: path))
    }
    guard status.f_blocks > 0 else { return .max }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(
      by: UInt64(status.f_frsize))
    return overflow ? .max : bytes
  }

  /// Bytes of memory that this process may still take: what the system calls available, less if a
  /// control group limits it; nil where the system does not tell.
  public static var availableMemory: UInt64? {
    #if canImport(Glibc)
      var least: UInt64?
      if let text = smallFile("/proc/meminfo"),
        let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
        let number = line.split(separator: " ").dropFirst().first.flatMap({ UInt64($0) })
      {
        least = number << 10
      }
      if let limit = smallFile("/sys/fs/cgroup/memory.max").flatMap(leadingNumber),
        let used = smallFile("/sys/fs/cgroup/memory.current").flatMap(leadingNumber)
      {
        least = min(least ?? .max, limit > used ? limit - used : 0)
      }
      return least
    #else
      return nil
    #endif
  }

  /// Processors this process may run on.
  public static var processorCount: Int { Int(lathe_processor_count()) }

  private static func leadingNumber(_ text: String) -> UInt64? {
    UInt64(text.prefix { $0.isNumber })
  }

  private static func smallFile(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
