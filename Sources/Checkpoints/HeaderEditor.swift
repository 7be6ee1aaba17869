public import Documents
public import Failures

/// The header of one file, taken apart so that its keys can be changed.
///
/// What describes the tensors stays as it is, byte by byte; their data lie after the header, counted
/// from its end, so that a header of another length only moves them.
public protocol HeaderEditor: Sendable {
  /// The file.
  var path: String { get }
  /// The keys of this one file, in its order, without what only fills room.
  var metadata: Metadata { get }
  /// Bytes before the tensors' data.
  var headerByteCount: UInt64 { get }
  /// Bytes that stand there only to fill room.
  var reserve: UInt64 { get }
  /// Whether the file begins the checkpoint: later shards' keys are not the model's.
  var isFirst: Bool { get }

  /// The bytes before the tensors' data with other keys.
  ///
  /// - Parameter room: how long they are to be.
  /// - Throws: `.cannotHold` for keys that the format has no room for, `.noRoom` if they do not fit.
  func header(_ metadata: Metadata, _ room: HeaderRoom) throws(CheckpointError) -> [UInt8]
}

/// How long a header is to be.
public enum HeaderRoom: Hashable, Sendable {
  /// As short as the format allows.
  case least
  /// At least so many bytes longer than need be, and so that the data keeps its place within a block
  /// of 4096 bytes, so that file systems can share it.
  case reserve(UInt64)
  /// Exactly as long as it was.
  case unchanged
}

extension HeaderRoom {
  /// What the data's position keeps its remainder by.
  static let block: UInt64 = 4096

  /// The first length from `least` up that has the same remainder as `other`.
  static func aligned(_ least: UInt64, to other: UInt64) -> UInt64 {
    let gap = (other % block + block - least % block) % block
    return least + gap
  }
}
