import Foundation
import Testing
import _TestSupport

@testable import Quantization

/// The grids, maps and lists of neighbours are ggml's.
struct CodebookTests {
  /// sha256 of what ggml's tables hold after iq2xs_init_impl and iq3xs_init_impl: for each code in
  /// order the u16 index and 0, or 0xffff, the count of neighbours and their indexes.
  static let books: [(String, Codebook, points: Int, String)] = [
    (
      "iq2_xxs", .iq2_xxs, 256,
      "271146a87c7cf290048a083454b4fcc441d3ea15ebd980c19ace70b065e1c2fd"
    ),
    ("iq2_xs", .iq2_xs, 512, "607798bb46bf44b9276487978960467e78398b2cbf09ac42b99d7f0ac7fadf7c"),
    ("iq2_s", .iq2_s, 1024, "3387b698b395f9dc0c334333e8d2258f038c732e42aace648dcbf23572640972"),
    ("iq1", .iq1, 2048, "13dc3ae0e80120324ce22096807d25211f39037202564beefc6e9f94266d5947"),
    ("iq3_xxs", .iq3_xxs, 256, "db27e2e09fd00a0f19085ecbc1a54ab8e4b3f68da756fc876cd645850825f627"),
    ("iq3_s", .iq3_s, 512, "4af432311073db9b4614b8d1f8eb3572aa1ba27d38f3c228bec6a2e2f3437be0"),
  ]

  @Test(arguments: books.indices) func tablesAreThoseOfGGML(_ place: Int) throws {
    let (name, book, points, expected) = Self.books[place]
    #expect(book.count == points, "\(name)")
    var words: [UInt16] = []
    for code in 0..<book.codes {
      if let index = book.index(code) {
        #expect(book.code(index) == code)
        words += [UInt16(index), 0]
      } else {
        let neighbours = book.neighbours(code)
        words += [0xffff, UInt16(neighbours.count)]
        for neighbour in neighbours { words.append(UInt16(try #require(book.index(neighbour)))) }
      }
    }
    let bytes = words.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    #expect(Golden.sha256(bytes) == expected, "\(name)")
  }

  /// Points multiply as the digits of their codes say.
  @Test func pointsAreTheirDigits() {
    let eight: [UInt64] = [4, 12, 20, 28, 36, 44, 52, 62]
    let values: [[UInt64]] = [
      [8, 25, 43], [8, 25, 43], [8, 25, 43], [0xff, 0, 1], eight, [1, 3, 5, 7, 9, 11, 13, 15],
    ]
    for ((name, book, _, _), values) in zip(Self.books, values) {
      for index in 0..<book.count {
        var code = book.code(index)
        for coordinate in 0..<book.dimensions {
          let value = book.point(index) >> UInt64(8 * coordinate) & 0xff
          #expect(value == values[code % book.levels], "\(name)")
          code /= book.levels
        }
      }
    }
  }
}
