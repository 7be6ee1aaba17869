import ByteIO
import Testing

@Suite struct CRC32Tests {
  /// One bit at a time, straight from the definition.
  private func slow(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      for bit in 0..<8 {
        let low = (crc ^ UInt32(byte >> bit)) & 1
        crc = (crc >> 1) ^ (low == 1 ? 0xEDB8_8320 : 0)
      }
    }
    return ~crc
  }

  @Test func checkValue() {
    #expect(CRC32.of(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(CRC32.of([]) == 0)
  }

  @Test func everyLengthAndStart() {
    let bytes = (0..<100).map { UInt8(truncatingIfNeeded: $0 * 151 + $0 / 3) }
    for start in 0..<9 {
      for end in start...bytes.count {
        let part = Array(bytes[start..<end])
        #expect(CRC32.of(part) == slow(part))
      }
    }
  }

  @Test func partsInSequence() {
    let bytes = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* $0) }
    var sum = CRC32()
    for start in stride(from: 0, to: bytes.count, by: 37) {
      bytes[start..<min(start + 37, bytes.count)].withUnsafeBytes { sum.update($0) }
    }
    #expect(sum.value == slow(bytes))
  }

  @Test func combineJoinsParts() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    for split in [0, 1, 2, 15, 16, 17, 255, 500, 999, 1000] {
      let a = CRC32.of(Array(bytes[..<split]))
      let b = CRC32.of(Array(bytes[split...]))
      #expect(CRC32.combine(a, b, lengthOfB: UInt64(1000 - split)) == slow(bytes))
    }
  }

  @Test func combineOverLongParts() {
    // Two zero runs of 2^32 + 5 bytes, against the sum built by doubling.
    func zeros(_ count: UInt64) -> UInt32 {
      if count == 0 { return 0 }
      if count == 1 { return CRC32.of([0]) }
      let half = zeros(count / 2)
      let even = CRC32.combine(half, half, lengthOfB: count / 2)
      return count % 2 == 0
        ? even : CRC32.combine(even, CRC32.of([0]), lengthOfB: 1)
    }
    #expect(zeros(1 << 20) == CRC32.of([UInt8](repeating: 0, count: 1 << 20)))
    let a = zeros((1 << 32) + 5)
    let whole = CRC32.combine(CRC32.of([1]), a, lengthOfB: (1 << 32) + 5)
    let first = CRC32.combine(CRC32.of([1]), zeros(1 << 32), lengthOfB: 1 << 32)
    #expect(CRC32.combine(first, zeros(5), lengthOfB: 5) == whole)
  }
}
