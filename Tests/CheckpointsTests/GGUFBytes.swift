import Checkpoints
import Foundation
import _TestSupport

/// Builds GGUF files byte by byte, of any version and byte order.
struct GGUFBytes {
  var version: UInt32 = 3
  var isBigEndian = false
  var tensorCount: UInt64 = 0
  var keyCount: UInt64 = 0
  var keys: [UInt8] = []
  var infos: [UInt8] = []
  var data: [UInt8] = []

  init(version: UInt32 = 3, isBigEndian: Bool = false) {
    self.version = version
    self.isBigEndian = isBigEndian
  }

  func number<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }
  func length(_ count: Int) -> [UInt8] {
    version == 1 ? number(UInt32(count)) : number(UInt64(count))
  }
  func text(_ text: String) -> [UInt8] { length(text.utf8.count) + Array(text.utf8) }

  mutating func key(_ name: String, type: UInt32, _ value: [UInt8]) {
    keys += text(name) + number(type) + value
    keyCount += 1
  }
  mutating func tensor(
    _ name: String, type: UInt32, ne: [Int], offset: Int? = nil, bytes: [UInt8], align: Int = 32
  ) {
    infos += text(name) + number(UInt32(ne.count))
    for axis in ne { infos += length(axis) }
    infos += number(type) + number(UInt64(offset ?? data.count))
    data += bytes
    data += [UInt8](repeating: 0, count: (align - data.count % align) % align)
    tensorCount += 1
  }

  func bytes(align: Int = 32) -> [UInt8] {
    var result = Array("GGUF".utf8) + number(version)
    result += length(Int(tensorCount)) + length(Int(keyCount)) + keys + infos
    if tensorCount > 0 {
      result += [UInt8](repeating: 0, count: (align - result.count % align) % align)
    }
    return result + data
  }
}

/// The bytes that the golden files' tensors hold: those of tools/golden/gguf_files.py.
func goldenPattern(_ count: Int, _ seed: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + seed * 31 + $0 / 251) }
}

extension CheckpointReader {
  /// Some bytes of a tensor.
  func content(_ tensor: Int, _ range: Range<Int>) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0xAA, count: range.count)
    try bytes.withUnsafeMutableBytes { try read(tensor: tensor, range: range, into: $0) }
    return bytes
  }
}

extension PlannedFile {
  /// The file's bytes, with `data` in the places of its tensors.
  func bytes(_ data: [[UInt8]]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: Int(size))
    for segment in segments {
      let begin = Int(segment.offset)
      result.replaceSubrange(begin..<begin + segment.bytes.count, with: segment.bytes)
    }
    for extent in extents {
      let begin = Int(extent.offset)
      result.replaceSubrange(begin..<begin + extent.byteCount, with: data[extent.tensor])
    }
    return result
  }
}
