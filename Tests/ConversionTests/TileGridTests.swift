import Quantization
import Tensors
import Testing

@testable import Conversion

@Suite struct TileGridTests {
  private static let q8 = Encoding(name: "q8_0", blockElements: 32, blockBits: 272)

  @Test(arguments: [0, 1, 31, 32, 33, 255, 256, 1000, 4096])
  func tilesCoverEveryElementOnce(_ count: Int) {
    for rows in [nil, 8, 32] as [Int?] {
      if let rows, count % rows != 0 { continue }
      for target in [1, 64, 1 << 18] {
        let grid = TileGrid(
          elementCount: count, rowElements: rows, encodings: [Encoding(.bf16), Encoding(.f32)],
          multiples: [1], period: 1, target: target)
        var next = 0
        for tile in 0..<grid.count {
          let range = grid.elements(ofTile: tile)
          #expect(range.lowerBound == next && !range.isEmpty)
          #expect(range.count <= max(target, rows ?? 1))
          next = range.upperBound
        }
        #expect(next == count)
      }
    }
  }

  @Test func tilesFillBlocksAndBytes() {
    for encodings in [
      [Encoding(.f32), Self.q8], [Encoding(.f4e2m1), Encoding(.f32)],
      [Encoding(.f6e2m3), Encoding(.f32)],
    ] {
      let grid = TileGrid(
        elementCount: 64 * 32, rowElements: nil, encodings: encodings, multiples: [1], period: 1,
        target: 100)
      for tile in 0..<grid.count {
        let range = grid.elements(ofTile: tile)
        for encoding in encodings {
          #expect(encoding.byteCount(elements: range.lowerBound) != nil)
          #expect(encoding.byteCount(elements: range.count) != nil)
        }
      }
    }
  }
}
