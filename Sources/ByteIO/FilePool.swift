public import Failures
internal import Synchronization

/// Source files by path, at most `capacity` of them open at a time.
///
/// Opening again after a file was closed compares identities: a source that changed is an error.
public final class FilePool: Sendable {
  private struct State {
    var open: [String: RandomAccessFile] = [:]
    var recent: [String] = []
    var known: [String: FileIdentity] = [:]
  }

  /// Most files open at a time.
  public let capacity: Int
  private let state = Mutex(State())

  /// A pool of that capacity.
  public init(capacity: Int = 64) { self.capacity = capacity }

  /// The file of that path, opened if need be.
  public func file(_ path: String) throws(ByteIOError) -> RandomAccessFile {
    let cached = state.withLock { state -> RandomAccessFile? in
      guard let file = state.open[path] else { return nil }
      if state.recent.last != path, let position = state.recent.lastIndex(of: path) {
        state.recent.remove(at: position)
        state.recent.append(path)
      }
      return file
    }
    if let cached { return cached }
    let file = try RandomAccessFile(path)
    let unchanged = state.withLock { state -> Bool in
      if let before = state.known[path], before != file.identity { return false }
      state.known[path] = file.identity
      if state.open[path] == nil { state.recent.append(path) }
      state.open[path] = file
      if state.open.count > capacity, let oldest = state.recent.first {
        state.recent.removeFirst()
        state.open[oldest] = nil
      }
      return true
    }
    guard unchanged else {
      throw ByteIOError(
        .changed, "the file changed while it was being read", at: Place(file: path))
    }
    return file
  }

  /// - Throws: `.changed` if any file read through this pool is no longer what it was.
  public func checkUnchanged() throws(ByteIOError) {
    let known = state.withLock { $0.known }
    for (path, identity) in known.sorted(by: { $0.key < $1.key })
    where FileIdentity.of(path) != identity {
      throw ByteIOError(
        .changed, "the file changed while it was being read", at: Place(file: path))
    }
  }
}
