import ByteIO
import Checkpoints
import Failures
import Foundation
import Testing
import _TestSupport

/// What the PyTorch tests share: golden manifests, whole tensors, planned files on the disk.
enum PyTorchTestFiles {
  struct Manifest: Decodable {
    struct Hostile: Decodable {
      let name: String
      let wrong: String
      let expect: String
      let sha256: String
    }
    struct Container: Decodable {
      struct File: Decodable {
        let layout: String
        let name: String
        let offset: Int
        let bytes: Int
        let sha256: String
      }
      let model: String
      let files: [File]
    }
    let hostile: [Hostile]
    let containers: [Container]
  }

  static let manifest: Manifest = {
    do {
      return try JSONDecoder().decode(
        Manifest.self, from: Data(Golden.bytes("FileFormats/pytorch/manifest.json")))
    } catch {
      Issue.record("the manifest cannot be read: \(error)")
      return Manifest(hostile: [], containers: [])
    }
  }()

  static func golden(_ name: String) throws -> [UInt8] {
    try Golden.bytes("FileFormats/pytorch/" + name)
  }

  static func json(_ name: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(golden(name))) as? [String: Any] ?? [:]
  }

  /// Opens a golden file through a copy on the disk.
  static func open(_ name: String, in folder: TemporaryFolder) throws -> any CheckpointReader {
    let path = try folder.write(URL(filePath: name).lastPathComponent, golden(name))
    return try PyTorch.open(path, pool: FilePool())
  }

  /// The whole content of a tensor.
  static func content(_ reader: any CheckpointReader, _ index: Int) throws -> [UInt8] {
    try content(reader, index, 0..<reader.tensors[index].byteCount)
  }

  /// A part of the content of a tensor.
  static func content(
    _ reader: any CheckpointReader, _ index: Int, _ range: Range<Int>
  ) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0xAA, count: range.count)
    try bytes.withUnsafeMutableBytes {
      try reader.read(tensor: index, range: range, into: $0)
    }
    return bytes
  }

  /// Fills a plan: segments, then each extent's data, then the slots.
  static func write(
    _ plan: PlannedFile, to folder: TemporaryFolder, data: (Int) -> [UInt8]
  ) throws -> String {
    var bytes = [UInt8](repeating: 0, count: Int(plan.size))
    for segment in plan.segments { put(segment.bytes, segment.offset, &bytes) }
    var checksums: [UInt32] = []
    for extent in plan.extents {
      let content = data(extent.tensor)
      #expect(content.count == extent.byteCount)
      put(content, extent.offset, &bytes)
      checksums.append(CRC32.of(content))
    }
    for slot in plan.slots {
      switch slot.value {
      case .crc32(let extent):
        withUnsafeBytes(of: checksums[extent].littleEndian) { put(Array($0), slot.offset, &bytes) }
      }
    }
    return try folder.write(plan.name, bytes)
  }

  private static func put(_ part: [UInt8], _ offset: UInt64, _ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { $0[Int(offset)...].copyBytes(from: part) }
  }

  /// The error that opening a file of those bytes gives.
  static func failure(
    _ bytes: [UInt8], _ name: String = "x.bin", in folder: TemporaryFolder
  ) throws -> CheckpointError? {
    let path = try folder.write(name, bytes)
    do {
      _ = try PyTorch.open(path, pool: FilePool())
      return nil
    } catch {
      return error
    }
  }
}
