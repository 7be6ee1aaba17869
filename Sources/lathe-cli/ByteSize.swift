import ArgumentParser

/// Sizes on the command line.
enum ByteSize {
  /// Bytes of `5GB` (decimal), `200MB`, `1GiB` (binary) or a plain number.
  static func parse(_ text: String, option: String) throws -> UInt64 {
    let units: [(String, UInt64)] = [
      ("KIB", 1 << 10), ("MIB", 1 << 20), ("GIB", 1 << 30), ("TIB", 1 << 40),
      ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
      ("B", 1), ("", 1),
    ]
    let upper = text.uppercased()
    for (unit, factor) in units where upper.hasSuffix(unit) {
      let number = upper.dropLast(unit.count)
      guard !number.isEmpty, number.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
        let value = Double(number), value > 0, value * Double(factor) < 1e18
      else { break }
      return UInt64(value * Double(factor))
    }
    throw ValidationError(
      "\(option) takes a size such as 5GB, 200MB or 1GiB, found '\(text)'")
  }
}
