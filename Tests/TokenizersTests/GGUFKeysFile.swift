import Documents
import Tokenizers

/// The keys of a GGUF file, read as far as a vocabulary needs them.
struct GGUFKeysFile {
  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The keys of a file in little-endian.
  static func keys(_ bytes: [UInt8]) throws -> Metadata {
    var file = GGUFKeysFile(bytes)
    guard try file.number(4) == 0x4655_4747, try file.number(4) >= 2 else { throw Damaged() }
    _ = try file.number(8)
    var keys: Metadata = [:]
    for _ in 0..<(try file.number(8)) {
      let key = try file.text()
      keys[key] = try file.value(try file.number(4))
    }
    return keys
  }

  struct Damaged: Error {}

  private mutating func number(_ count: Int) throws -> UInt64 {
    guard position + count <= bytes.count else { throw Damaged() }
    defer { position += count }
    return (0..<count).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
  }

  private mutating func text() throws -> String {
    let count = Int(try number(8))
    guard position + count <= bytes.count else { throw Damaged() }
    defer { position += count }
    return String(decoding: bytes[position..<(position + count)], as: UTF8.self)
  }

  private mutating func value(_ type: UInt64) throws -> MetadataValue {
    switch type {
    case 4: return .u32(UInt32(truncatingIfNeeded: try number(4)))
    case 5: return .i32(Int32(truncatingIfNeeded: try number(4)))
    case 6: return .f32(Float(bitPattern: UInt32(truncatingIfNeeded: try number(4))))
    case 7: return .bool(try number(1) != 0)
    case 8: return .string(try text())
    case 9: return .array(try array())
    default: throw Damaged()
    }
  }

  private mutating func array() throws -> MetadataArray {
    let type = try number(4)
    let count = Int(try number(8))
    switch type {
    case 0, 1:
      guard position + count <= bytes.count else { throw Damaged() }
      defer { position += count }
      return .u8(Array(bytes[position..<(position + count)]))
    case 5:
      return .i32(try (0..<count).map { _ in Int32(truncatingIfNeeded: try number(4)) })
    case 6:
      return .f32(
        try (0..<count).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: try number(4))) })
    case 8:
      var texts = PackedStrings()
      for _ in 0..<count { texts.append(try text()) }
      return .strings(texts)
    default: throw Damaged()
    }
  }
}
