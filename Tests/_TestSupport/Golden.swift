internal import CZstd
internal import Crypto
public import Foundation

/// The reference data of this repository.
public enum Golden {
  /// The repository's root folder.
  public static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A path below Golden/.
  public static func path(_ relative: String) -> String {
    root.appending(path: "Golden").appending(path: relative).path()
  }

  /// The bytes of a file below Golden/; `x` is found as `x.zst` too.
  public static func bytes(_ relative: String) throws -> [UInt8] {
    let plain = path(relative)
    if FileManager.default.fileExists(atPath: plain) {
      return [UInt8](try Data(contentsOf: URL(filePath: plain)))
    }
    return try decompress([UInt8](try Data(contentsOf: URL(filePath: plain + ".zst"))))
  }

  /// The content of a zstd file whose frames state their size.
  public static func decompress(_ bytes: [UInt8]) throws -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    while position < bytes.count {
      let (frame, size) = bytes.withUnsafeBytes { raw in
        let start = raw.baseAddress.map { $0 + position }
        return (
          ZSTD_findFrameCompressedSize(start, raw.count - position),
          ZSTD_getFrameContentSize(start, raw.count - position)
        )
      }
      guard ZSTD_isError(frame) == 0, size < 1 << 31 else { throw GoldenError.damaged }
      var output = [UInt8](repeating: 0, count: Int(size))
      let written = output.withUnsafeMutableBytes { output in
        bytes.withUnsafeBytes { input in
          ZSTD_decompress(
            output.baseAddress, output.count, input.baseAddress.map { $0 + position }, frame)
        }
      }
      guard written == Int(size) else { throw GoldenError.damaged }
      result += output
      position += frame
    }
    return result
  }

  /// Copies a folder below Golden/ to `target`, decompressing every `.zst`.
  public static func unpack(_ relative: String, to target: URL) throws {
    let source = path(relative)
    let manager = FileManager.default
    try manager.createDirectory(at: target, withIntermediateDirectories: true)
    for name in try manager.subpathsOfDirectory(atPath: source) {
      let from = URL(filePath: source).appending(path: name)
      var isFolder: ObjCBool = false
      _ = manager.fileExists(atPath: from.path(), isDirectory: &isFolder)
      let to = target.appending(path: name)
      if isFolder.boolValue {
        try manager.createDirectory(at: to, withIntermediateDirectories: true)
      } else if name.hasSuffix(".zst") {
        let bytes = try decompress([UInt8](try Data(contentsOf: from)))
        try Data(bytes).write(to: to.deletingPathExtension())
      } else {
        try Data(contentsOf: from).write(to: to)
      }
    }
  }

  /// Lower-case hexadecimal SHA-256.
  public static func sha256(_ bytes: some Sequence<UInt8>) -> String {
    SHA256.hash(data: Data(bytes)).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}

/// A golden file cannot be used.
public enum GoldenError: Error {
  /// Not a whole zstd file.
  case damaged
}
