import Quantization
import Tensors
import Testing

/// Packings: the same numbers as one encoding, spread over several tensors.
@Suite struct PackingTests {
  @Test func registry() {
    let names = Packings.all.map { $0.encoding.name }
    #expect(names == names.sorted() && Set(names).count == names.count)
    for packing in Packings.all {
      #expect(Packings.of(packing.encoding) != nil)
      // A name with a part's ending is the name of no other encoding.
      for (index, part) in packing.parts.enumerated() {
        #expect(Encoding.named(part.encoding.name) == nil)
        #expect(Packings.part(part.encoding)?.index == index)
        #expect(Packings.of(part.encoding) == nil)
      }
    }
    #expect(Packings.of(Encoding(.f32)) == nil && Packings.part(Encoding(.u8)) == nil)
  }

  @Test func everyPackingIsExactBothWays() {
    for packing in Packings.all {
      let count = 37
      let size = packing.encoding.blockBits / 8
      #expect(packing.parts.reduce(0) { $0 + $1.blockBytes } == size)
      var state: UInt64 = 9
      let blocks = (0..<count * size).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 40)
      }
      var parts: [[UInt8]] = []
      for (index, part) in packing.parts.enumerated() {
        var bytes = [UInt8](repeating: 0, count: count * part.blockBytes)
        blocks.withUnsafeBytes { from in
          bytes.withUnsafeMutableBytes { packing.unpack(from, part: index, into: $0, count: count) }
        }
        parts.append(bytes)
      }
      var back = [UInt8](repeating: 0, count: blocks.count)
      let all = parts.flatMap(\.self)
      all.withUnsafeBytes { all in
        var start = 0
        let views = parts.map { part in
          defer { start += part.count }
          return UnsafeRawBufferPointer(rebasing: all[start..<start + part.count])
        }
        back.withUnsafeMutableBytes { packing.pack(views, into: $0, count: count) }
      }
      #expect(back == blocks)
    }
  }

  @Test func shapesOfParts() {
    for packing in Packings.all {
      let columns = 3 * packing.encoding.blockElements
      for whole in [[columns], [5, columns], [2, 5, columns]] as [Shape] {
        for part in packing.parts {
          #expect(part.wholeShape(of: part.storedShape(of: whole)) == whole)
        }
      }
      #expect(packing.parts[0].wholeShape(of: []) == nil)
      #expect(packing.parts[0].wholeShape(of: Shape([Int.max] + packing.parts[0].blockAxes)) == nil)
    }
    let blocks = PackedMXFP4.parts[0]
    #expect(blocks.wholeShape(of: [2, 4, 16]) == [2, 128])
    #expect(blocks.wholeShape(of: [2, 4, 15]) == nil && blocks.wholeShape(of: [16]) == nil)
  }

  /// Byte j of a checkpoint's block holds weights 2j and 2j + 1; of ggml's block j and j + 16.
  @Test func neighboursShareAByte() {
    let codes: [UInt8] = (0..<16).map { (byte: Int) -> UInt8 in
      let first = 2 * byte % 16
      return UInt8(first | (first + 1) << 4)
    }
    var block = [UInt8](repeating: 0, count: 17)
    codes.withUnsafeBytes { codes in
      withUnsafeBytes(of: UInt8(130)) { scale in
        block.withUnsafeMutableBytes { PackedMXFP4.pack([codes, scale], into: $0, count: 1) }
      }
    }
    #expect(block[0] == 130)
    // Weight i has the code i % 16, so that weights j and j + 16 have the same one.
    for j in 0..<16 { #expect(block[1 + j] == UInt8(j | j << 4)) }
  }
}
