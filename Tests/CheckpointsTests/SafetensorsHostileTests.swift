import ByteIO
import Checkpoints
import Documents
import Failures
import Foundation
import Testing
import _TestSupport

/// Broken files are refused with a message that names the defect, good ones open.
@Suite struct SafetensorsHostileTests {
  /// A case of a hostile folder's manifest.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var expect: String
    var testDescription: String { name }
  }

  static func cases(_ folder: String) -> [Case] {
    guard let bytes = try? Golden.bytes("FileFormats/\(folder)/manifest.json"),
      let cases = try? JSONValue.parse(bytes)["cases"]?.object
    else { return [] }
    return cases.map { Case(name: $0, expect: $1["expect"]?.string ?? "") }
  }

  /// A word that the message must hold.
  static let words: [String: String] = [
    "zero-bytes": "the file has 0", "seven-bytes": "the file has 7",
    "header-length-beyond-file": "bytes follow", "header-length-u64-max": "exceeds the format's",
    "header-length-100MB-plus-1": "100000001", "header-length-zero": "header of 0 bytes",
    "header-not-object": "'{'", "header-leading-space": "'{'", "header-invalid-utf8": "UTF-8",
    "header-truncated-json": "the end of the document", "header-nul-byte": "0x00",
    "header-deep-nesting": "expected an object", "duplicate-keys": "'a' stands twice",
    "overlapping-offsets": "overlaps 'a'", "same-range-twice": "overlaps 'a'",
    "hole-in-offsets": "4 bytes before", "hole-at-start": "bytes before",
    "trailing-bytes": "after the last tensor", "offset-beyond-end": "outside the file",
    "offsets-reversed": "backwards", "offset-negative": "-", "offset-float": "expected an integer",
    "offset-u64-overflow": "18446744073709551615", "offsets-three": "found 3",
    "size-mismatch": "takes", "unknown-dtype": "'F31'", "dtype-lowercase": "'f32'",
    "shape-product-overflow": "elements", "shape-product-overflow-bytes": "size",
    "shape-negative": "negative axis", "shape-huge-rank": "64 axes", "missing-field": "'shape'",
    "metadata-not-strings": "to be a string, found a number", "sub-byte-f4-odd": "whole bytes",
    "is-a-pickle": "pickle", "is-an-lfs-pointer": "Git LFS pointer",
  ]

  @Test(arguments: cases("safetensors/hostile")) func single(test: Case) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      test.name, try Golden.bytes("FileFormats/safetensors/hostile/\(test.name)"))
    check(test, words: Self.words[String(test.name.dropLast(".safetensors".count))]) {
      let reader = try Safetensors.open(path, pool: FilePool())
      for index in reader.tensors.indices { _ = try reader.content(index) }
    }
  }

  static let indexWords: [String: String] = [
    "traversal": "leaves the folder", "traversal-inner": "leaves the folder",
    "traversal-backslash": "backslash", "absolute-path": "absolute", "bin-traversal": "leaves",
    "missing-shard": "model-00002-of-00002.safetensors", "tensor-not-in-shard": "is not there",
    "tensor-in-other-shard": "lies in", "duplicate-key": "'a' stands twice",
    "weight-map-missing": "'weight_map'", "weight-map-list": "an array",
    "weight-map-number": "a number", "empty-name": "is empty", "nul-in-name": "NUL",
    "invalid-json": "index", "shard-is-directory": "a folder", "weight-map-empty": "no tensors",
    "tensor-in-two-shards": "two shards",
  ]

  @Test(arguments: cases("index/hostile")) func index(test: Case) throws {
    let folder = try TemporaryFolder()
    try Golden.unpack("FileFormats/index/hostile", to: folder.url)
    let isTorch = test.name == "bin-traversal"
    let name = isTorch ? "pytorch_model.bin.index.json" : "model.safetensors.index.json"
    let path = folder.path("\(test.name)/\(name)")
    check(test, words: Self.indexWords[test.name]) {
      if isTorch {
        _ = try ShardIndex.read(path, pool: FilePool())
      } else {
        let reader = try Safetensors.open(path, pool: FilePool())
        #expect(!reader.tensors.isEmpty)
        for index in reader.tensors.indices { _ = try reader.content(index) }
      }
    }
  }

  private func check(_ test: Case, words: String?, _ open: () throws -> Void) {
    if test.expect == "accept" {
      #expect(throws: Never.self, "\(test.name)") { try open() }
      return
    }
    do {
      try open()
      #expect(test.expect == "either", "\(test.name) was accepted")
    } catch let error as CheckpointError {
      #expect([65, 66, 69].contains(error.exitStatus.rawValue), "\(error)")
      #expect(error.place.file != nil)
      if let words {
        #expect(error.description.contains(words), "\(test.name): \(error)")
      } else {
        Issue.record("no words are expected of \(test.name): \(error)")
      }
    } catch {
      Issue.record("not an error of a checkpoint: \(error)")
    }
  }

  @Test func manifestsAreWhole() {
    #expect(Self.cases("safetensors/hostile").count == 41)
    #expect(Self.cases("index/hostile").count == 23)
  }

  @Test func otherCases() throws {
    let folder = try TemporaryFolder()
    func error(_ header: String, _ data: [UInt8] = []) throws -> CheckpointError? {
      let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
      let path = try folder.write("x.safetensors", length + Array(header.utf8) + data)
      do {
        _ = try Safetensors.open(path, pool: FilePool())
        return nil
      } catch {
        return error
      }
    }
    func entry(_ dtype: String, _ shape: String, _ offsets: String) -> String {
      "{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
    }
    let four: [UInt8] = [1, 2, 3, 4]
    #expect(try error("{\"a\":\(entry("U8", "[4]", "[0,4]"))}", four) == nil)
    // The order in the header is free, and other fields are passed over.
    #expect(
      try error(
        "{\"b\":\(entry("U8", "[2]", "[2,4]")),\"a\":\(entry("U8", "[2]", "[0,2]"))}", four) == nil)
    #expect(
      try error(
        "{\"a\":{\"x\":[{}],\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}", four) == nil)
    // An empty tensor may stand at any border, but not within another.
    #expect(
      try error(
        "{\"a\":\(entry("U8", "[4]", "[0,4]")),\"e\":\(entry("U8", "[0]", "[0,0]"))}", four) == nil)
    #expect(
      try error(
        "{\"a\":\(entry("U8", "[4]", "[0,4]")),\"e\":\(entry("U8", "[0]", "[2,2]"))}", four)?.code
        == .layout)
    #expect(
      try error(
        "{\"a\":\(entry("F4", "[3,2]", "[0,3]")),\"b\":\(entry("F6_E2M3", "[4]", "[3,6]"))}",
        four + [5, 6]) == nil)
    #expect(
      try error(
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"shape\":[4],\"data_offsets\":[0,4]}}", four)?
        .code == .duplicate)
    #expect(
      try error(
        "{\"\u{E9}\":\(entry("U8", "[4]", "[0,4]")),\"e\u{301}\":\(entry("U8", "[0]", "[4,4]"))}",
        four)?.code == .duplicate)
    #expect(try error("{\"a\":\(entry("U8", "[4]", "[0,4]"))}x", four)?.code == .header)
    #expect(try error("{\"a\":\(entry("U8", "[4]", "[0,4]"))}\u{0}", four)?.code == .header)
    #expect(try error("{\"a\":\(entry("U8", "[4.0]", "[0,4]"))}", four)?.code == .header)
    #expect(try error("{\"a\":\(entry("U8", "4", "[0,4]"))}", four)?.code == .header)
    #expect(try error("{\"a\":\(entry("U8", "[4]", "[4]"))}", four)?.code == .header)
    #expect(try error("{\"a\":[]}", four)?.code == .header)
    #expect(try error("{\"__metadata__\":null}")?.code == .header)
    #expect(try error("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}")?.code == .duplicate)
    #expect(
      try error("{\"a\":\(entry("U8", "[\(Int.max),0]", "[0,0]"))}") == nil)
    #expect(
      try error("{\"a\":\(entry("F64", "[\(Int.max)]", "[0,0]"))}")?.code == .tensor)
    let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(
      try error("{\"a\":{\"x\":\(deep)}}")?.code == .limit)
  }

  @Test func everyTruncationIsRefused() throws {
    let folder = try TemporaryFolder()
    let whole = try Golden.bytes("FileFormats/safetensors/written/every-dtype.safetensors")
    for count in stride(from: 0, to: whole.count, by: 7) {
      let path = try folder.write("x-\(count).safetensors", Array(whole[..<count]))
      #expect(throws: CheckpointError.self) { try Safetensors.open(path, pool: FilePool()) }
    }
  }

  @Test func missingFile() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: CheckpointError.self) {
      try Safetensors.open(folder.path("none.safetensors"), pool: FilePool())
    }
    #expect(error?.exitStatus == .noInput)
    let isFolder = #expect(throws: CheckpointError.self) {
      try Safetensors.open(folder.url.path(), pool: FilePool())
    }
    #expect(isFolder?.exitStatus == .noInput)
  }
}
