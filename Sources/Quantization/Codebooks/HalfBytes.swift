// Blocks of 32 levels that keep four bits of levels j and j + 16 in the halves of byte j, and
// perhaps a fifth bit of each in a word of 32 bits.

extension UnsafeRawBufferPointer {
  /// The four bits of each of 32 levels.
  func halfBytes(at offset: Int) -> [Int] {
    (0..<32).map { Int(self[offset + $0 % 16]) >> ($0 < 16 ? 0 : 4) & 15 }
  }

  /// The fifth bit of each of 32 levels, as 0 or 16.
  func fifthBits(at offset: Int) -> [Int] {
    (0..<32).map { (Int(self[offset + $0 / 8]) >> ($0 % 8) & 1) << 4 }
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Writes the low four bits of each of 32 levels.
  func store(halfBytes levels: [Int], at offset: Int) {
    for j in 0..<16 {
      self[offset + j] = UInt8(truncatingIfNeeded: levels[j] & 15 | levels[j + 16] << 4)
    }
  }

  /// Writes the fifth bit of each of 32 levels.
  func store(fifthBits levels: [Int], at offset: Int) {
    for byte in 0..<4 {
      self[offset + byte] = (0..<8).reduce(0) {
        $0 | UInt8(truncatingIfNeeded: levels[8 * byte + $1] >> 4 & 1) << UInt8($1)
      }
    }
  }
}
