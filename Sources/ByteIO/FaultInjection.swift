#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif
internal import Synchronization

/// Makes system calls fail on purpose, so that tests can see what happens then.
///
/// `LATHE_FAULT=write:ENOSPC:3` lets three writes through and fails all later ones with ENOSPC;
/// calls are `read`, `write`, `sync`, `rename`, `remove`; errors are `ENOSPC`, `EIO`, `EDQUOT`, and
/// `KILL`, which ends the process there as `kill -9` does.
enum FaultInjection {
  /// Stands for the end of the process among the errors.
  private static let kill: Int32 = -1

  private final class Holder: Sendable {
    let call: String
    let error: Int32
    let remaining: Atomic<Int>
    init(call: String, error: Int32, after: Int) {
      self.call = call
      self.error = error
      remaining = Atomic(after)
    }
  }

  private static let active: Holder? = {
    guard let text = getenv("LATHE_FAULT").map({ String(cString: $0) }) else { return nil }
    let parts = text.split(separator: ":").map(String.init)
    let errors = ["ENOSPC": ENOSPC, "EIO": EIO, "EDQUOT": EDQUOT, "KILL": kill]
    guard parts.count == 3, let error = errors[parts[1]], let after = Int(parts[2]) else {
      return nil
    }
    return Holder(call: parts[0], error: error, after: after)
  }()

  /// -1 with errno set if this call is to fail, nil if it is to run.
  private static func fail(_ call: String) -> Int? {
    guard let active, active.call == call else { return nil }
    if active.remaining.subtract(1, ordering: .relaxed).oldValue > 0 { return nil }
    if active.error == kill { raise(SIGKILL) }
    errno = active.error
    return -1
  }

  static func read(count: Int) -> Int? { fail("read") }
  static func write(count: Int) -> Int? { fail("write") }
  static func sync() -> Int? { fail("sync") }
  static func rename() -> Int? { fail("rename") }
  static func remove() -> Int? { fail("remove") }
}
