public import Failures
public import Documents
public import Tensors

/// An opened checkpoint: described by its headers, its bulk untouched until asked for.
public protocol CheckpointReader: Sendable {
  /// The format's id, as in the registry.
  var format: any FileFormat.Type { get }
  /// Paths of the files that hold it, in shard order.
  var files: [String] { get }
  /// Whose names the tensors bear, if the format settles it.
  var dialect: Dialect? { get }
  /// The header's keys and values, those of the first shard first.
  var metadata: Metadata { get }
  /// The tensors, in file order.
  var tensors: [TensorSpec] { get }
  /// Facts of the container itself that are neither metadata nor tensors, for `inspect`:
  /// version, alignment, byte order, root folder.
  var containerFacts: [(name: String, value: String)] { get }
  /// What is odd about the files without being an error.
  var warnings: [String] { get }

  /// Reads a part of a tensor's content, as if it were stored contiguously in row-major order,
  /// little-endian.
  ///
  /// - Parameter range: bytes within `0..<tensors[tensor].byteCount`; the buffer is as long.
  func read(
    tensor: Int, range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError)

  /// Where the content lies contiguously, little-endian, in a file; nil if it does not.
  func extent(ofTensor tensor: Int) -> FileExtent?
}

/// A run of bytes of a file.
public struct FileExtent: Hashable, Sendable {
  /// Path of the file.
  public let path: String
  /// First byte.
  public let offset: UInt64
  /// Number of bytes.
  public let count: Int
  /// A run of bytes.
  public init(path: String, offset: UInt64, count: Int) {
    self.path = path
    self.offset = offset
    self.count = count
  }
}
