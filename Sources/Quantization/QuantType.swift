public import Tensors

/// A block type: a fixed number of consecutive elements of a row coded together.
///
/// One file each under Types/, which states the byte diagram, the ids and the error budget; one
/// line each in `QuantType+Registry.swift`.
public struct QuantType: Hashable, Sendable, CustomStringConvertible {
  /// Name as ggml writes it in files and messages: `q8_0`, `q4_K`, `iq2_xxs`.
  public let name: String
  /// Elements of one block, along the last axis.
  public let blockElements: Int
  /// Bytes of one block.
  public let blockBytes: Int
  /// What formats call it.
  public let ids: [IDSpace: ExternalID]
  /// Encoder and decoder; nil if blocks can only be copied.
  public let codec: (any BlockCodec.Type)?

  /// A block type with its layout, ids and codec.
  public init(
    _ name: String, blockElements: Int, blockBytes: Int, ids: [IDSpace: ExternalID],
    codec: (any BlockCodec.Type)? = nil
  ) {
    self.name = name
    self.blockElements = blockElements
    self.blockBytes = blockBytes
    self.ids = ids
    self.codec = codec
  }

  /// Whether blocks are encoded; else they are only decoded, or copied.
  public var isEncoded: Bool { codec?.isEncoded ?? false }
  /// The encoding of that name.
  public var encoding: Encoding {
    Encoding(name: name, blockElements: blockElements, blockBits: 8 * blockBytes)
  }
  /// Average bits of one weight.
  public var bitsPerWeight: Double { Double(8 * blockBytes) / Double(blockElements) }
  /// The name.
  public var description: String { name }
  /// Types are equal if their names are.
  public static func == (a: QuantType, b: QuantType) -> Bool { a.name == b.name }
  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
