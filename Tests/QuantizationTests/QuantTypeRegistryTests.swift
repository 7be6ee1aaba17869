import Foundation
import Quantization
import Tensors
import Testing
import _TestSupport

/// The registry of block types.
struct QuantTypeRegistryTests {
  struct Size: Decodable {
    var name: String
    var id: Int
    var elements: Int
    var bytes: Int
  }

  @Test func sizesAreThoseOfGGML() throws {
    let sizes = try JSONDecoder().decode(
      [Size].self, from: Data(Golden.bytes("QuantTypes/sizes.json")))
    #expect(sizes.count > 30)
    for size in sizes {
      let encoding = try #require(Encoding.find(.gguf, .number(size.id)), "\(size.name)")
      #expect(encoding.name.uppercased() == size.name)
      #expect(encoding.blockElements == size.elements)
      #expect(encoding.blockBits == 8 * size.bytes)
      #expect(Encoding.named(size.name) == encoding)
      #expect(Encoding.named(size.name.lowercased()) == encoding)
    }
    let known = Set(sizes.map(\.id))
    for type in QuantType.all where type.ids[.gguf] != nil {
      #expect(known.contains { type.ids[.gguf] == .number($0) })
    }
  }

  @Test func everyNumberIsATypeOrRemoved() {
    for id in 0...42 {
      let isLive = Encoding.find(.gguf, .number(id)) != nil
      let isRemoved = QuantType.findRemoved(.gguf, .number(id)) != nil
      #expect(isLive != isRemoved, "type \(id)")
    }
    #expect(Encoding.find(.gguf, 43) == nil && QuantType.findRemoved(.gguf, 43) == nil)
    #expect(QuantType.findRemoved(.gguf, 31)?.name == "q4_0_4_4")
  }

  @Test func listIsTheFolderAndIsSorted() throws {
    let folder = Golden.root.appending(path: "Sources/Quantization/Types").path()
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { !$0.contains("+") }.map { $0.replacingOccurrences(of: ".swift", with: "") }
    #expect(files.sorted() == QuantType.all.map { $0.name.uppercased() }.sorted())
    #expect(QuantType.all.map(\.name) == QuantType.all.map(\.name).sorted())
    #expect(Set(QuantType.all.compactMap { $0.ids[.gguf] }).count == QuantType.all.count)
  }

  @Test func namesAreFoundInAnyCase() {
    #expect(QuantType.named("Q4_k") == .q4_K)
    #expect(Encoding.named("BF16") == Encoding(.bf16))
    #expect(Encoding.named("q8_0")?.quantType == .q8_0)
    #expect(Encoding.named("bf16")?.quantType == nil)
    #expect(Encoding.named("q9_9") == nil)
    #expect(Set(Encoding.all.map { $0.name.lowercased() }).count == Encoding.all.count)
    #expect(QuantType.q6_K.bitsPerWeight == 6.5625)
  }
}
