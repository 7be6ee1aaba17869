/// How tensors are spread over shards, by the rule of Transformers' `save_pretrained`.
public enum ShardPlan {
  /// The shards of tensors of those sizes, as lists of indices.
  ///
  /// Tensors are taken in order. One that is bigger than the limit becomes a shard of its own; one
  /// that would take the current shard beyond the limit begins the next. The current shard is listed
  /// when it is full, so that an oversized tensor's shard may stand before that of tensors that
  /// come earlier. Without a limit, and without tensors, there is one shard.
  public static func split(sizes: [UInt64], maxShardBytes: UInt64?) -> [[Int]] {
    guard let limit = maxShardBytes else { return [Array(sizes.indices)] }
    var shards: [[Int]] = []
    var current: [Int] = []
    var filled: UInt64 = 0
    for (index, size) in sizes.enumerated() {
      if size > limit {
        shards.append([index])
        continue
      }
      if size > limit - filled {
        shards.append(current)
        current = []
        filled = 0
      }
      current.append(index)
      filled += size
    }
    if !current.isEmpty || shards.isEmpty { shards.append(current) }
    return shards
  }

  /// The file name of a shard: `model-00001-of-00005.safetensors`; the name itself where there is
  /// only one.
  ///
  /// - Parameter index: of the shard, from 0.
  public static func fileName(_ name: String, index: Int, count: Int) -> String {
    guard count > 1 else { return name }
    let dot = name.lastIndex(of: ".") ?? name.endIndex
    return "\(name[..<dot])-\(fiveDigits(index + 1))-of-\(fiveDigits(count))\(name[dot...])"
  }

  /// The number of shards that a file name of the form `-00001-of-00005.` claims, nil for others.
  public static func shardCount(ofFile path: String) -> Int? {
    let name = Array(path.utf8)
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    let parts = name[..<dot].split(separator: UInt8(ascii: "-")).suffix(3)
    guard parts.count == 3, parts[parts.startIndex + 1].elementsEqual("of".utf8),
      let first = parts.first, let last = parts.last, first.count >= 5, last.count >= 5,
      UInt32(String(decoding: first, as: UTF8.self)) != nil
    else { return nil }
    return UInt32(String(decoding: last, as: UTF8.self)).map(Int.init)
  }

  private static func fiveDigits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 5 - text.count)) + text
  }

  /// The bytes that a size like `5GB`, `200MB`, `1.5GiB` or `70000` means; nil if it is none.
  ///
  /// KB, MB, GB and TB are powers of 1000, KiB to TiB of 1024; case is ignored; fractions of a byte
  /// are dropped.
  public static func byteCount(_ text: String) -> UInt64? {
    let blank = UInt8(ascii: " ")
    let bytes = Array(text.utf8.drop { $0 == blank })
    let digits = bytes.prefix {
      $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 == UInt8(ascii: ".")
    }
    let unit = String(decoding: bytes[digits.count...].filter { $0 != blank }, as: UTF8.self)
    guard let scale = units[unit.uppercased()] else { return nil }
    let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, let head = parts.first, !head.isEmpty || parts.count == 2,
      let whole = head.isEmpty ? 0 : UInt64(String(decoding: head, as: UTF8.self))
    else { return nil }
    let (product, overflow) = whole.multipliedReportingOverflow(by: scale)
    if overflow { return nil }
    guard parts.count == 2 else { return product }
    let tail = String(decoding: parts[1].prefix(18), as: UTF8.self)
    guard let numerator = UInt64(tail) else { return nil }
    var denominator: UInt64 = 1
    for _ in tail.utf8 { denominator *= 10 }
    let (high, low) = numerator.multipliedFullWidth(by: scale)
    let fraction = denominator.dividingFullWidth((high, low)).quotient
    let (sum, tooBig) = product.addingReportingOverflow(fraction)
    return tooBig ? nil : sum
  }

  private static let units: [String: UInt64] = [
    "": 1, "B": 1, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
    "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "TIB": 1 << 40,
  ]
}
