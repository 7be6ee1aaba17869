import ByteIO
import Checkpoints
import Conversion
import Foundation
import Tensors
import Testing
import _TestSupport

/// What every format has to do; a new one is in the list and passes without tests of its own.
@Suite struct FormatConformanceTests {
  struct Member: Sendable, CustomTestStringConvertible {
    let format: any FileFormat.Type
    var testDescription: String { format.id }
  }

  /// The registered formats, and one that stands for an addition.
  static let members = (FileFormats.all + [ToyFormat.self]).map { Member(format: $0) }

  static let tensors: [WriteRequest.Tensor] = [
    .init(name: "b.weight", encoding: Encoding(.f32), shape: [3, 5]),
    .init(name: "a.weight", encoding: Encoding(.bf16), shape: [2, 2, 8]),
    .init(name: "c", encoding: Encoding(.i8), shape: [7]),
    .init(name: "d", encoding: Encoding(.f64), shape: [1]),
  ]

  static func content(_ tensor: Int) -> [UInt8] {
    let count = tensors[tensor].encoding.byteCount(tensors[tensor].shape) ?? 0
    return (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ tensor) }
  }

  /// Writes a planned file as the executor does: segments, data, then what comes after the run.
  private func write(_ file: PlannedFile, _ folder: TemporaryFolder) throws -> String {
    var bytes = [UInt8](repeating: 0, count: Int(file.size))
    for segment in file.segments {
      bytes.replaceSubrange(
        Int(segment.offset)..<Int(segment.offset) + segment.bytes.count, with: segment.bytes)
    }
    for extent in file.extents {
      let data = Self.content(extent.tensor)
      try #require(data.count == extent.byteCount)
      bytes.replaceSubrange(Int(extent.offset)..<Int(extent.offset) + data.count, with: data)
    }
    for slot in file.slots {
      guard case .crc32(let extent) = slot.value else { continue }
      let crc = Self.content(file.extents[extent].tensor).withUnsafeBytes { CRC32.of($0) }
      let value = withUnsafeBytes(of: crc.littleEndian) { Array($0) }
      bytes.replaceSubrange(Int(slot.offset)..<Int(slot.offset) + 4, with: value)
    }
    return try folder.write(file.name, bytes)
  }

  @Test(arguments: members) func writtenIsRead(_ member: Member) throws {
    let folder = try TemporaryFolder()
    let name = "file." + (member.format.extensions.first ?? "x")
    let files = try member.format.layOut(
      WriteRequest(tensors: Self.tensors, metadata: [:], fileName: name))
    #expect(files.map(\.name) == [name])
    let path = try write(try #require(files.first), folder)
    let pool = FilePool()
    let head = try pool.file(path).read(count: 64, at: 0)
    // By its name and its content it is of this format, by its content alone of no other.
    let byName = Self.members.map(\.format).filter { $0.recognises(path: path, head: head) }
    #expect(byName.map { $0.id } == [member.format.id])
    let byContent = Self.members.map(\.format).filter { $0.recognises(path: "x", head: head) }
    #expect(byContent.allSatisfy { $0.id == member.format.id })
    let reader = try member.format.open(path, pool: pool)
    #expect(reader.format.id == member.format.id)
    #expect(reader.tensors.count == Self.tensors.count)
    #expect(reader.files == [path])
    for (index, spec) in reader.tensors.enumerated() {
      let origin = try #require(Self.tensors.firstIndex { $0.name == spec.name })
      #expect(spec.encoding == Self.tensors[origin].encoding)
      #expect(spec.shape == Self.tensors[origin].shape)
      var bytes = [UInt8](repeating: 0, count: spec.byteCount)
      try bytes.withUnsafeMutableBytes {
        try reader.read(tensor: index, range: 0..<spec.byteCount, into: $0)
      }
      #expect(bytes == Self.content(origin))
      if let extent = reader.extent(ofTensor: index) {
        #expect(try pool.file(extent.path).read(count: extent.count, at: extent.offset) == bytes)
      }
    }
    try #require(throws: CheckpointError.self) {
      try member.format.open(folder.path("missing"), pool: pool)
    }
  }

  /// Every type is either held or refused with the tensor's name, as `canHold` says.
  @Test(arguments: members) func holdsWhatItSays(_ member: Member) throws {
    #expect(ScalarType.all.contains { member.format.canHold(Encoding($0)) })
    for encoding in Encoding.all where encoding.blockElements <= 256 {
      let request = WriteRequest(
        tensors: [.init(name: "t", encoding: encoding, shape: [2, 256])], metadata: [:],
        fileName: "f")
      if member.format.canHold(encoding) {
        #expect(try member.format.layOut(request).first?.extents.count == 1, "\(encoding)")
      } else {
        let error = #expect(throws: CheckpointError.self) { try member.format.layOut(request) }
        #expect(error?.code == .cannotHold, "\(encoding)")
      }
    }
  }

  @Test func idsAndEndingsAreNobodyElses() {
    let formats = Self.members.map(\.format)
    #expect(Set(formats.map { $0.id }).count == formats.count)
    let endings = formats.flatMap { $0.extensions }
    #expect(Set(endings).count == endings.count)
  }
}
