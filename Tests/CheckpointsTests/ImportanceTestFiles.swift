import Checkpoints
import Foundation
import _TestSupport

/// What the manifest says about a golden importance file.
struct ImportanceGolden: Decodable {
  struct Entry: Decodable {
    let name: String
    let columns: Int
    let counts: [Int64]
  }
  let entries: [Entry]
  let datasets: [String]
  let chunkCount: Int?
  let chunkSize: Int?

  private struct Manifest: Decodable { let files: [String: ImportanceGolden] }

  static let folder = "Importance"

  static func all() throws -> [String: ImportanceGolden] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      Manifest.self, from: Data(try Golden.bytes("\(folder)/manifest.json"))
    ).files
  }

  static func open(_ name: String) throws -> ImportanceFile {
    try ImportanceFile.open(Golden.path("\(folder)/\(name)"))
  }

  /// The bits of the values that llama-quantize uses, entries sorted by name.
  static func values(_ name: String) throws -> [UInt32] {
    let bytes = try Golden.bytes("\(folder)/\(name).values")
    return bytes.withUnsafeBytes { raw in
      stride(from: 0, to: raw.count, by: 4).map {
        UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
      }
    }
  }
}

extension ImportanceFile {
  /// The bits of all values that quantization uses, entries in the order of the file.
  func usedBits() throws -> [UInt32] {
    try entries.flatMap { try importance(for: $0.name) ?? [] }.map(\.bitPattern)
  }
}

/// Builds legacy importance files byte by byte.
struct LegacyImportanceBytes {
  var bytes: [UInt8] = []
  init(entries: Int32) { number(entries) }

  mutating func number(_ value: Int32) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
  mutating func entry(
    _ name: [UInt8], calls: Int32 = 1, values: [Float] = [1], length: Int32? = nil,
    count: Int32? = nil
  ) {
    number(length ?? Int32(name.count))
    bytes += name
    number(calls)
    number(count ?? Int32(values.count))
    for value in values { number(Int32(bitPattern: value.bitPattern)) }
  }
  mutating func entry(_ name: String, calls: Int32 = 1, values: [Float] = [1]) {
    entry(Array(name.utf8), calls: calls, values: values)
  }
}

extension GGUFBytes {
  /// The keys of an importance file.
  mutating func importanceKeys(
    type: String? = "imatrix", datasets: Bool = true, chunkCount: Bool = true,
    chunkSize: Bool = true
  ) {
    if let type { key("general.type", type: 8, text(type)) }
    if datasets {
      key("imatrix.datasets", type: 9, number(UInt32(8)) + number(UInt64(1)) + text("d"))
    }
    if chunkCount { key("imatrix.chunk_count", type: 4, number(UInt32(3))) }
    if chunkSize { key("imatrix.chunk_size", type: 4, number(UInt32(512))) }
  }
  mutating func floats(_ name: String, _ ne: [Int], _ values: [Float], type: UInt32 = 0) {
    tensor(name, type: type, ne: ne, bytes: values.flatMap { number($0.bitPattern) })
  }
  /// Sums and counts of an entry.
  mutating func entry(_ name: String, columns: Int, counts: [Float], sums: [Float]) {
    floats("\(name).in_sum2", counts.count == 1 ? [columns] : [columns, counts.count], sums)
    floats("\(name).counts", counts.count == 1 ? [1] : [1, counts.count], counts)
  }
}
