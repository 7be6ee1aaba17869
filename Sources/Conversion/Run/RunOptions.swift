/// How a plan is run; none of it changes a byte of the output.
public struct RunOptions: Sendable {
  /// Whether data must be on the disk before the output appears.
  public var sync = true
  /// Whether finite values beyond a target's range are clamped.
  public var saturate = false
  /// Whether an existing output is replaced.
  public var force = false
  /// Who is told how the run goes.
  public var observer: (any ProgressObserver)?

  /// The defaults.
  public init() {}
}
