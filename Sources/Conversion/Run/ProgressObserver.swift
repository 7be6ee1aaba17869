/// Who is told how a run goes; called from one thread at a time.
public protocol ProgressObserver: Sendable {
  /// The run begins.
  func began(totalBytes: UInt64, tensors: Int)
  /// So many bytes of output have been made so far.
  func advanced(bytes: UInt64, tensor: String)
  /// Data is being synced to the disk.
  func syncing()
  /// The run is over.
  func ended(_ report: RunReport)
}

/// What a run did.
public struct RunReport: Hashable, Sendable {
  /// Bytes written.
  public var bytes: UInt64 = 0
  /// Seconds from first read to rename.
  public var seconds: Double = 0
  /// Nonzero values that became zero, by output tensor; tensors without any are left out.
  public var underflows: [String: Int] = [:]
}
