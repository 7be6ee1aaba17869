/// The process exit statuses of the command line, after sysexits where one fits.
public struct ExitStatus: Hashable, Sendable {
  /// The number handed to the operating system.
  public let rawValue: Int32

  private init(_ rawValue: Int32) { self.rawValue = rawValue }

  /// Everything asked for was done.
  public static let done = ExitStatus(0)
  /// A check found a difference.
  public static let difference = ExitStatus(1)
  /// Misuse of options; input and output are the same file.
  public static let usage = ExitStatus(64)
  /// Content breaks its format's rules, or holds values that the target cannot hold.
  public static let malformed = ExitStatus(65)
  /// An input is missing or unreadable.
  public static let noInput = ExitStatus(66)
  /// Well-formed but not supported, or refused by policy.
  public static let unsupported = ExitStatus(69)
  /// An error of this program.
  public static let `internal` = ExitStatus(70)
  /// An output cannot be made.
  public static let cannotCreate = ExitStatus(73)
  /// A read or a write failed.
  public static let inputOutput = ExitStatus(74)
  /// Not enough memory or disk, found before the run.
  public static let resources = ExitStatus(75)
  /// Interrupted by a signal.
  public static let interrupted = ExitStatus(130)
}
