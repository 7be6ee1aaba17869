import ByteIO
import Checkpoints
import Testing

extension PlannedFile {
  /// The whole file, and a proof that segments and extents cover it without overlap.
  func bytes(_ content: (Int) throws -> [UInt8]) throws -> [UInt8] {
    var pieces: [(offset: UInt64, bytes: [UInt8])] = segments.map { ($0.offset, $0.bytes) }
    for extent in extents {
      let data = try content(extent.tensor)
      try #require(data.count == extent.byteCount)
      pieces.append((extent.offset, data))
    }
    pieces.sort { ($0.offset, $0.bytes.count) < ($1.offset, $1.bytes.count) }
    var result: [UInt8] = []
    for piece in pieces {
      try #require(piece.offset == UInt64(result.count), "a hole or an overlap in \(name)")
      result += piece.bytes
    }
    try #require(UInt64(result.count) == size)
    return result
  }
}

extension CheckpointReader {
  /// All bytes of a tensor, read in two parts.
  func content(_ tensor: Int) throws -> [UInt8] {
    let count = tensors[tensor].byteCount
    var result = [UInt8](repeating: 0, count: count)
    let half = count / 3
    try result.withUnsafeMutableBytes { buffer in
      try read(
        tensor: tensor, range: 0..<half, into: .init(rebasing: buffer[..<half]))
      try read(tensor: tensor, range: half..<count, into: .init(rebasing: buffer[half...]))
    }
    return result
  }
}
