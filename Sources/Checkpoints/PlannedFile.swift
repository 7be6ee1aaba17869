/// A file to be written, known to the byte before the first is written.
///
/// Bytes that neither a segment, a tensor nor a slot covers are zero.
public struct PlannedFile: Hashable, Sendable {
  /// Bytes known now.
  public struct Segment: Hashable, Sendable {
    /// Position in the file.
    public var offset: UInt64
    /// The bytes.
    public var bytes: [UInt8]
    /// Bytes at a position.
    public init(offset: UInt64, bytes: [UInt8]) {
      self.offset = offset
      self.bytes = bytes
    }
  }

  /// The place of a tensor's data.
  public struct TensorExtent: Hashable, Sendable {
    /// Index into the request's tensors.
    public var tensor: Int
    /// Position in the file.
    public var offset: UInt64
    /// Bytes of data.
    public var byteCount: Int
    /// The place of a tensor's data.
    public init(tensor: Int, offset: UInt64, byteCount: Int) {
      self.tensor = tensor
      self.offset = offset
      self.byteCount = byteCount
    }
  }

  /// A fixed-width place for a value that is known only after the run.
  public struct Slot: Hashable, Sendable {
    /// What goes there.
    public enum Value: Hashable, Sendable {
      /// CRC-32 (IEEE, as in zip) of a tensor extent's bytes, little-endian, 4 bytes.
      case crc32(extent: Int)
    }
    /// Position in the file.
    public var offset: UInt64
    /// What goes there.
    public var value: Value
    /// A slot at a position.
    public init(offset: UInt64, value: Value) {
      self.offset = offset
      self.value = value
    }
  }

  /// Name relative to the output folder; a single-file output has exactly one file.
  public var name: String
  /// Size in bytes.
  public var size: UInt64
  /// Headers, tails and whole small files.
  public var segments: [Segment]
  /// Places of the tensors, in file order.
  public var extents: [TensorExtent]
  /// Values that come after the run.
  public var slots: [Slot]

  /// A file to be written.
  public init(
    name: String, size: UInt64, segments: [Segment], extents: [TensorExtent] = [],
    slots: [Slot] = []
  ) {
    self.name = name
    self.size = size
    self.segments = segments
    self.extents = extents
    self.slots = slots
  }

  /// A file whose bytes are all known.
  public init(name: String, bytes: [UInt8]) {
    self.init(
      name: name, size: UInt64(bytes.count), segments: [Segment(offset: 0, bytes: bytes)])
  }
}
