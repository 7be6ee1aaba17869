/// A tensor as a file holds it: described, not read.
public struct TensorSpec: Hashable, Sendable {
  /// Name as found in the file.
  public var name: String
  /// How its numbers are stored.
  public var encoding: Encoding
  /// Axis lengths in elements, outermost first.
  public var shape: Shape
  /// Bytes of the tensor when stored contiguously in row-major order.
  public var byteCount: Int
  /// Index into the reader's `files`.
  public var fileIndex: Int
  /// Position of the tensor's first byte in its file; for a strided view, of its storage.
  public var fileOffset: UInt64
  /// Name of the storage it shares with other tensors of the same checkpoint, if it shares one.
  public var sharedStorage: String?

  /// A tensor's description.
  public init(
    name: String, encoding: Encoding, shape: Shape, byteCount: Int, fileIndex: Int = 0,
    fileOffset: UInt64 = 0, sharedStorage: String? = nil
  ) {
    self.name = name
    self.encoding = encoding
    self.shape = shape
    self.byteCount = byteCount
    self.fileIndex = fileIndex
    self.fileOffset = fileOffset
    self.sharedStorage = sharedStorage
  }
}
