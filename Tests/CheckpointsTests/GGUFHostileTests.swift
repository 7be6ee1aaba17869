import ByteIO
import Checkpoints
import Failures
import Foundation
import Testing
import _TestSupport

/// Files with one defect each.
struct GGUFHostileTests {
  static let folder = "FileFormats/gguf/hostile"

  struct Case: Decodable {
    let expect: String
    let wrong: String
  }
  struct Manifest: Decodable { let cases: [String: Case] }

  static func cases() throws -> [(String, Case)] {
    let data = Data(try Golden.bytes("\(folder)/manifest.json"))
    return try JSONDecoder().decode(Manifest.self, from: data).cases.sorted { $0.key < $1.key }
  }

  /// What the message says about each defect, and the exit status; nil for files that open.
  static let verdicts: [String: (Int32, String)?] = [
    "alignment-0.gguf": (65, "power of two, found 0"),
    "alignment-2g.gguf": (65, "is 2147483648, at most"),
    "alignment-3.gguf": (65, "power of two, found 3"),
    "alignment-wrong-type.gguf": (65, "must be a u32, found string"),
    "architecture-not-string.gguf": (65, "'general.architecture' must be a string, found u32"),
    "array-elem-type-unknown.gguf": (65, "unknown value type"),
    "array-length-huge.gguf": (65, "array of 4611686018427387904 elements"),
    "array-length-times-size-overflow.gguf": (65, "array of "),
    "array-nesting-deep.gguf": (65, "deeper than 16"),
    "array-of-array.gguf": nil,
    "bad-magic.gguf": (65, "expected the magic 'GGUF', found"),
    "big-endian.gguf": nil,
    "bool-value-2.gguf": (65, "bool of 2"),
    "dims-bytes-overflow.gguf": (65, "exceeds 63 bits"),
    "dims-negative.gguf": (65, "a dimension of "),
    "dims-product-overflow.gguf": (65, "product of the shape"),
    "dims-zero.gguf": nil,
    "duplicate-key.gguf": (65, "stands twice"),
    "duplicate-tensor-name.gguf": (65, "same name"),
    "empty.gguf": (65, "the magic 'GGUF' takes at least 4 bytes, but 0 remain"),
    "huge-n-kv.gguf": (65, "a header of "),
    "huge-n-tensors.gguf": (65, "a header of "),
    "key-empty.gguf": (65, "empty name"),
    "key-invalid-utf8.gguf": (65, "not valid UTF-8"),
    "key-length-overflow.gguf": (65, "takes at least 18446744073709551615 bytes"),
    "kv-type-unknown.gguf": (65, "unknown value type"),
    "n-dims-0.gguf": nil,
    "n-dims-5.gguf": (65, "5 dimensions"),
    "n-dims-huge.gguf": (65, "2147483648 dimensions"),
    "n-kv-one-too-many.gguf": (65, "the name of tensor 1 of 1 takes at least"),
    "no-architecture.gguf": nil,
    "no-final-padding.gguf": nil,
    "offset-beyond-end.gguf": (65, "beyond the file's end"),
    "offset-gap.gguf": nil,
    "offset-overlap.gguf": (65, "overlaps that of tensor"),
    "offset-u64-max.gguf": (65, "beyond the file's end"),
    "offset-unaligned.gguf": (65, "not a multiple of the alignment 32"),
    "ok-alignment-64.gguf": nil,
    "ok-minimal.gguf": nil,
    "ok-no-tensors.gguf": nil,
    "ok-version-2.gguf": nil,
    "only-magic.gguf": (65, "the version takes at least 4 bytes, but 0 remain"),
    "row-not-multiple-of-256.gguf": (65, "not a multiple of the 256 of a block of q4_K"),
    "row-not-multiple-of-block.gguf": (65, "not a multiple of the 32 of a block of q8_0"),
    "string-invalid-utf8.gguf": (65, "not valid UTF-8"),
    "string-length-1TB.gguf": (65, "takes at least 1099511627776 bytes"),
    "string-length-overflow.gguf": (65, "takes at least 184467440737095"),
    "tensor-name-64.gguf": (65, "64 bytes long, at most 63"),
    "tensor-name-empty.gguf": nil,
    "tokens-scores-length-mismatch.gguf": nil,
    "truncated-data.gguf": (65, "but the file has"),
    "truncated-header.gguf": (65, "remain in the file"),
    "truncated-kv.gguf": (65, "remain in the file"),
    "truncated-tensor-info.gguf": (65, "remain in the file"),
    "type-unknown.gguf": (69, "type 200 is not a known ggml type"),
    "version-0.gguf": (69, "GGUF version 0 is not supported; supported are 1, 2 and 3"),
    "version-1.gguf": (65, "lists no tensors, yet"),
    "version-99.gguf": (69, "GGUF version 99 is not supported"),
  ]

  @Test func everyCaseHasAVerdict() throws {
    #expect(Set(try Self.cases().map(\.0)) == Set(Self.verdicts.keys))
    for (name, item) in try Self.cases() {
      let verdict = try #require(Self.verdicts[name])
      if item.expect == "accept" { #expect(verdict == nil, "\(name)") }
      if item.expect == "reject" { #expect(verdict != nil, "\(name)") }
    }
  }

  @Test(arguments: verdicts.keys.sorted())
  func verdict(_ name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(name, try Golden.bytes("\(Self.folder)/\(name)"))
    let start = ContinuousClock.now
    switch try #require(Self.verdicts[name]) {
    case nil:
      let reader = try GGUFFormat.open(path, pool: FilePool())
      for index in reader.tensors.indices { _ = try reader.content(index) }
    case (let status, let text)?:
      let error = try #require(throws: CheckpointError.self) {
        _ = try GGUFFormat.open(path, pool: FilePool())
      }
      #expect(error.exitStatus.rawValue == status, "\(error)")
      #expect(error.message.contains(text), "\(error)")
      #expect(error.place.file == path)
      #expect(error.place.byteOffset != nil)
    }
    #expect(start.duration(to: .now) < .seconds(1))
  }

  @Test func oddFilesOpenWithAWarning() throws {
    let folder = try TemporaryFolder()
    for (name, text) in [
      ("no-final-padding.gguf", "padding are missing"), ("offset-gap.gguf", "gaps between tensors"),
      ("tensor-name-empty.gguf", "empty name"),
    ] {
      let path = try folder.write(name, try Golden.bytes("\(Self.folder)/\(name)"))
      let warnings = try GGUFFormat.open(path, pool: FilePool()).warnings
      #expect(warnings.count == 1 && warnings[0].contains(text), "\(name): \(warnings)")
    }
  }

  @Test(arguments: [4, 5, 31, 32, 33, 36, 37, 38])
  func removedTypesAreNamed(_ type: Int) throws {
    var file = GGUFBytes()
    file.tensor("t", type: UInt32(type), ne: [32], bytes: [UInt8](repeating: 0, count: 32))
    let folder = try TemporaryFolder()
    let path = try folder.write("x.gguf", file.bytes())
    let error = try #require(throws: CheckpointError.self) {
      _ = try GGUFFormat.open(path, pool: FilePool())
    }
    #expect(error.code == .unsupported && error.exitStatus == .unsupported)
    #expect(error.message.hasPrefix("type \(type) (") && error.message.contains("was removed"))
    #expect(error.place.tensor == "t")
  }

  /// A huge sparse file whose header claims nearly all of it must be refused without reading it.
  @Test func headerBeyondItsLimitIsRefused() throws {
    var file = GGUFBytes()
    file.key("x", type: 8, file.number(UInt64(1) << 33))
    let folder = try TemporaryFolder()
    let path = try folder.write("x.gguf", file.bytes())
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: 1 << 34)
    try handle.close()
    let error = try #require(throws: CheckpointError.self) {
      _ = try GGUFFormat.open(path, pool: FilePool())
    }
    #expect(error.code == .limit && error.message.contains("limit"))
  }

  @Test func aMissingFileIsNoInput() throws {
    let error = try #require(throws: CheckpointError.self) {
      _ = try GGUFFormat.open("/nonexistent/x.gguf", pool: FilePool())
    }
    #expect(error.code == .io && error.exitStatus == .noInput)
  }

  /// Good files cut at every length and damaged at every byte open or are refused, nothing else.
  @Test(arguments: ["writer.gguf", "order-big.gguf", "split-00001-of-00003.gguf"])
  func damagedFilesNeverTrap(_ name: String) throws {
    let folder = try TemporaryFolder()
    let good = try Golden.bytes("FileFormats/gguf/\(name)")
    let path = folder.path("x.gguf")
    let header = min(good.count, 2048)
    var refused = 0
    func attempt(_ bytes: [UInt8]) throws {
      try Data(bytes).write(to: URL(filePath: path))
      do {
        let reader = try GGUFFormat.openPhysical(path, pool: FilePool())
        _ = try? GGUFFormat.layOut(
          WriteRequest(
            tensors: reader.tensors.map {
              .init(name: $0.name, encoding: $0.encoding, shape: $0.shape)
            }, metadata: reader.metadata, fileName: "y.gguf", maxShardTensors: 2))
      } catch {
        #expect([65, 69].contains(error.exitStatus.rawValue), "\(error)")
        refused += 1
      }
    }
    // the last cuts may take no more than padding
    let cuts = stride(from: 0, to: header - 32, by: 3)
    for count in cuts { try attempt(Array(good[..<count])) }
    #expect(refused == Array(cuts).count)
    for position in 0..<header {
      for mask: UInt8 in [0x01, 0xFF] {
        var bytes = good
        bytes[position] ^= mask
        try attempt(bytes)
      }
    }
  }
}
