import Foundation
import _TestSupport

/// GGUF files written and read by the tests' own few lines: no reader or writer of Lathe's is trusted.
enum SeededFile {
  /// A value of a key.
  enum Value {
    case text(String)
    case texts([String])
    case u16(UInt16)
    case u32(UInt32)
    case i32(Int32)
    case f32(Float)
  }

  /// A tensor; dimensions fastest first, type as GGUF numbers it.
  struct Tensor {
    var name: String
    var type: UInt32
    var dims: [Int]
    var bytes: [UInt8]
  }

  /// Little-endian bytes.
  static func number<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func text(_ value: String) -> [UInt8] {
    number(UInt64(value.utf8.count)) + value.utf8
  }

  private static func encoded(_ value: Value) -> [UInt8] {
    switch value {
    case .text(let value): number(UInt32(8)) + text(value)
    case .texts(let values):
      number(UInt32(9)) + number(UInt32(8)) + number(UInt64(values.count)) + values.flatMap(text)
    case .u16(let value): number(UInt32(2)) + number(value)
    case .u32(let value): number(UInt32(4)) + number(value)
    case .i32(let value): number(UInt32(5)) + number(value)
    case .f32(let value): number(UInt32(6)) + number(value.bitPattern)
    }
  }

  /// A file of version 3, aligned to 32.
  static func gguf(_ keys: [(String, Value)], _ tensors: [Tensor]) -> [UInt8] {
    var out = Array("GGUF".utf8) + number(UInt32(3))
    out += number(UInt64(tensors.count)) + number(UInt64(keys.count))
    for (key, value) in keys { out += text(key) + encoded(value) }
    var position = 0
    for tensor in tensors {
      out += text(tensor.name) + number(UInt32(tensor.dims.count))
      for length in tensor.dims { out += number(UInt64(length)) }
      out += number(tensor.type) + number(UInt64(position))
      position += (tensor.bytes.count + 31) / 32 * 32
    }
    out += [UInt8](repeating: 0, count: (32 - out.count % 32) % 32)
    for tensor in tensors {
      out += tensor.bytes
      out += [UInt8](repeating: 0, count: (32 - out.count % 32) % 32)
    }
    return out
  }
}

/// A GGUF file read: its scalar keys as text and its tensors' bytes.
struct SeededFileContent {
  /// Key -> GGUF type and value as text (an F32 as its bits); arrays are left out.
  private(set) var metadata: [String: (type: UInt32, value: String)] = [:]
  /// Name -> type and bytes.
  private(set) var tensors: [String: (type: UInt32, bytes: ArraySlice<UInt8>)] = [:]

  private var bytes: ArraySlice<UInt8>

  /// Reads a whole file; `sizes` gives the block and bytes of a type.
  init(_ file: [UInt8], sizes: (UInt32) -> (block: Int, bytes: Int)?) throws {
    bytes = file[...]
    let head = (try integer(UInt32.self), try integer(UInt32.self))
    let tensorCount = try integer(UInt64.self)
    let keyCount = try integer(UInt64.self)
    guard head == (0x4655_4747, 3) else { throw GoldenError.damaged }
    var alignment = 32
    for _ in 0..<keyCount {
      let key = try text()
      let type = try integer(UInt32.self)
      guard let value = try value(type) else { continue }
      metadata[key] = (type, value)
      if key == "general.alignment" { alignment = Int(value) ?? alignment }
    }
    var places: [(name: String, type: UInt32, count: Int, offset: Int)] = []
    for _ in 0..<tensorCount {
      let name = try text()
      var count = 1
      for _ in 0..<(try integer(UInt32.self)) { count *= Int(try integer(UInt64.self)) }
      let type = try integer(UInt32.self)
      guard let size = sizes(type) else { throw GoldenError.damaged }
      places.append(
        (name, type, count / size.block * size.bytes, Int(try integer(UInt64.self))))
    }
    let data = (bytes.startIndex + alignment - 1) / alignment * alignment
    for place in places {
      let start = data + place.offset
      guard start + place.count <= file.count else { throw GoldenError.damaged }
      tensors[place.name] = (place.type, file[start..<start + place.count])
    }
  }

  private mutating func integer<Number: FixedWidthInteger>(_ kind: Number.Type) throws -> Number {
    let size = MemoryLayout<Number>.size
    guard bytes.count >= size else { throw GoldenError.damaged }
    defer { bytes = bytes.dropFirst(size) }
    return bytes.prefix(size).reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }

  private mutating func text() throws -> String {
    let count = Int(try integer(UInt64.self))
    guard bytes.count >= count else { throw GoldenError.damaged }
    defer { bytes = bytes.dropFirst(count) }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  private mutating func value(_ type: UInt32) throws -> String? {
    switch type {
    case 0: return String(try integer(UInt8.self))
    case 1: return String(try integer(Int8.self))
    case 2: return String(try integer(UInt16.self))
    case 3: return String(try integer(Int16.self))
    case 4, 6: return String(try integer(UInt32.self))
    case 5: return String(try integer(Int32.self))
    case 7: return try integer(UInt8.self) == 0 ? "false" : "true"
    case 8: return try text()
    case 9:
      let element = try integer(UInt32.self)
      for _ in 0..<(try integer(UInt64.self)) { _ = try value(element) }
      return nil
    case 10, 12: return String(try integer(UInt64.self))
    case 11: return String(try integer(Int64.self))
    default: throw GoldenError.damaged
    }
  }
}
