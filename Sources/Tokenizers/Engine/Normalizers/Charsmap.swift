internal import Failures

/// SentencePiece's table of replacements: a double-array trie over UTF-8, and texts.
///
/// Layout: u32 length of the trie in bytes, the trie's units (u32, little-endian), then texts that
/// end with NUL. A unit's bits: label 0...7, leaf 8, offset shift 9, offset 10...31; a leaf's value
/// in bits 0...30 with bit 31 set.
struct Charsmap: Sendable {
  private let units: [UInt32]
  private let texts: [UInt8]

  /// - Throws: `.schema` if the lengths do not fit.
  init(_ blob: [UInt8]) throws(TokenizerError) {
    func number(_ place: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(blob[place + $1]) << UInt32(8 * $1) }
    }
    guard blob.count >= 4 else {
      throw TokenizerError(
        .schema, "the table of replacements has \(blob.count) bytes; expected 4 at least")
    }
    let size = Int(number(0))
    guard size.isMultiple(of: 4), size > 0, size <= blob.count - 4 else {
      throw TokenizerError(
        .schema,
        "the table of replacements has \(blob.count) bytes, but states a trie of \(size) bytes")
    }
    units = (0..<(size / 4)).map { number(4 + 4 * $0) }
    texts = Array(blob[(4 + size)...])
  }

  /// The replacement of a key that begins at a place, and the key's end.
  ///
  /// - Parameters:
  ///   - limit: where the key must end at the latest.
  ///   - wantsLongest: whether the longest key counts, or the shortest.
  func match(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to limit: Int, wantsLongest: Bool
  ) -> (end: Int, text: Range<Int>)? {
    var node = Int(offset(units[0]))
    var found: (end: Int, value: Int)?
    var position = start
    while position < limit {
      let byte = bytes[position]
      node ^= Int(byte)
      guard units.indices.contains(node), units[node] & 0x8000_00FF == UInt32(byte) else { break }
      let unit = units[node]
      position += 1
      node ^= Int(offset(unit))
      guard units.indices.contains(node) else { break }
      if unit >> 8 & 1 == 1 {
        found = (position, Int(units[node] & 0x7FFF_FFFF))
        if !wantsLongest { break }
      }
    }
    guard let found, found.value <= texts.count else { return nil }
    let end = texts[found.value...].firstIndex(of: 0) ?? texts.count
    return (found.end, found.value..<end)
  }

  /// The bytes of a replacement.
  func text(_ range: Range<Int>) -> ArraySlice<UInt8> { texts[range] }

  @inline(__always)
  private func offset(_ unit: UInt32) -> UInt32 { (unit >> 10) << ((unit & (1 << 9)) >> 6) }
}

/// The table as the `tokenizers` library applies it: to whole characters of up to five bytes, then
/// to code points, by the shortest key that they begin with.
///
/// A character such as a letter and its accent, if the table has the letter, becomes what the letter
/// does: the accent is lost. SentencePiece itself does not do so.
struct GraphemeCharsmap: TextNormalizer {
  let map: Charsmap

  func normalize(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    let characters = String(decoding: text, as: UTF8.self)
    text.withUnsafeBufferPointer { bytes in
      var position = 0
      for character in characters {
        let end = position + character.utf8.count
        defer { position = end }
        if end - position < 6, let found = match(bytes, position, end) {
          result.append(contentsOf: map.text(found))
          continue
        }
        var place = position
        while place < end {
          let next = bytes.scalar(at: place).end
          if let found = match(bytes, place, next) {
            result.append(contentsOf: map.text(found))
          } else {
            result.append(contentsOf: bytes[place..<next])
          }
          place = next
        }
      }
    }
    return result
  }

  private func match(
    _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int
  ) -> Range<Int>? {
    guard bytes[start] != 0 else { return nil }
    return map.match(bytes, from: start, to: end, wantsLongest: false)?.text
  }
}
