/// The file name of a shard: `PREFIX-00002-of-00003.gguf`.
struct GGUFShardName: Equatable {
  /// Path up to the hyphen before the number.
  let prefix: String
  /// One-based.
  let number: Int
  /// Number of shards.
  let count: Int

  init(prefix: String, number: Int, count: Int) {
    self.prefix = prefix
    self.number = number
    self.count = count
  }

  /// The parts of a name that is exactly of this form.
  init?(path: String) {
    // -00002-of-00003.gguf
    let tail = Array(path.utf8.suffix(20))
    guard tail.count == 20, path.utf8.count > 20,
      let number = Self.number(tail[1..<6]), let count = Self.number(tail[10..<15])
    else { return nil }
    let prefix = String(decoding: path.utf8.dropLast(20), as: UTF8.self)
    self.init(prefix: prefix, number: number, count: count)
    guard self.path == path else { return nil }
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    digits.allSatisfy { (0x30...0x39).contains($0) }
      ? digits.reduce(0) { 10 * $0 + Int($1 - 0x30) } : nil
  }

  /// The name as it stands in a folder.
  var path: String { "\(prefix)-\(Self.padded(number))-of-\(Self.padded(count)).gguf" }

  private static func padded(_ number: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
  }
}
