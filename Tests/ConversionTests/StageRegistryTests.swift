import Conversion
import Quantization
import Tensors
import Testing

/// A stage plugs into the search by being in the list, and nowhere else.
@Suite struct StageRegistryTests {
  static let shape: Shape = [4, 256]
  static let encodings = ScalarType.all.map(Encoding.init) + QuantType.all.map(\.encoding)

  private struct Pair: Hashable {
    let from: Encoding
    let to: Encoding
  }

  /// Everything that chains of these stages reach, found without the router.
  private func closure(_ stages: [any Stage]) -> Set<Pair> {
    var result = Set<Pair>()
    for start in Self.encodings {
      var open = [start]
      var seen: Set<Encoding> = [start]
      while let kind = open.popLast() {
        for stage in stages {
          for edge in stage.edges(from: kind, of: Self.shape)
          where seen.insert(edge.target).inserted { open.append(edge.target) }
        }
      }
      for end in seen { result.insert(Pair(from: start, to: end)) }
    }
    return result
  }

  /// Without a stage exactly the routes that need it fail, and say what is left; all others stay.
  @Test(arguments: Stages.all.map(\.id)) func removal(of id: String) throws {
    let rest = Stages.all.filter { $0.id != id }
    let left = closure(rest)
    let all = closure(Stages.all)
    #expect(left.count < all.count)
    var (full, reduced) = (Router(), Router(stages: rest))
    for pair in all {
      let before = try full.route(from: pair.from, to: pair.to, of: Self.shape, tensor: "t")
      if left.contains(pair) {
        let after = try reduced.route(from: pair.from, to: pair.to, of: Self.shape, tensor: "t")
        #expect(!after.links.contains { $0.stage == id })
        if !before.links.contains(where: { $0.stage == id }) { #expect(after == before) }
      } else {
        #expect(before.links.contains { $0.stage == id })
        let error = #expect(throws: ConversionError.self) {
          try reduced.route(from: pair.from, to: pair.to, of: Self.shape, tensor: "t")
        }
        #expect(error?.code == .noRoute)
        let reachable = left.filter { $0.from == pair.from && $0.to != pair.from }.map(\.to.name)
        let text = reachable.isEmpty ? "nothing" : reachable.sorted().joined(separator: " ")
        #expect(error?.message.hasSuffix("reachable from \(pair.from): \(text)") == true)
      }
    }
  }

  /// One more stage opens exactly the ways that lead over it.
  @Test func addition() throws {
    // Without the stage that decodes every block type, one for a single type is an addition.
    let few = Stages.all.filter { $0.id != DecodeBlocks().id }
    let stages: [any Stage] = few + [UnpackToy()]
    let before = closure(few)
    let after = closure(stages)
    let coded = try #require(Encoding.named("q4_K"))
    #expect(!before.contains(Pair(from: coded, to: Encoding(.f32))))
    #expect(Set(after.subtracting(before).map(\.from)) == [coded])
    var router = Router(stages: stages)
    let route = try router.route(
      from: coded, to: try #require(Encoding.named("q8_0")), of: Self.shape, tensor: "t")
    #expect(route.links.map(\.stage) == ["unpack-toy", "encode"])
    #expect(route.fidelity == .requantized)
  }

  @Test func everyStageNamesItself() {
    for stage in Stages.all { #expect(Stages.named(stage.id)?.id == stage.id) }
    #expect(Stages.named("no-such-stage") == nil)
  }
}

/// A stage as an addition would declare it.
private struct UnpackToy: Stage {
  let id = "unpack-toy"
  let granularity = Granularity.elements(multipleOf: 256)

  func edges(from source: Encoding, of shape: Shape) -> [Edge] {
    source.name == "q4_K" ? [Edge(target: Encoding(.f32), isExact: true)] : []
  }
  func run(_ input: TileInput, into output: inout TileOutput) throws(ConversionError) {}
}
