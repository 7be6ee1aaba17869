import Failures
import Quantization
import Tensors
import Testing

@testable import Conversion

@Suite struct RouteTests {
  private func route(
    _ from: String, _ to: String, stages: [any Stage] = Stages.all
  ) throws -> Route {
    var router = Router(stages: stages)
    return try router.route(
      from: try #require(Encoding.named(from)), to: try #require(Encoding.named(to)),
      of: [4, 256], tensor: "t")
  }

  @Test(arguments: [
    ("bf16", "bf16", "bf16 (copy)", Fidelity.exact),
    ("bf16", "f32", "bf16 > f32", .exact),
    ("bf16", "f16", "bf16 > f16", .rounded),
    ("f64", "f16", "f64 > f16", .rounded),
    ("f32", "f8_e4m3", "f32 > f8_e4m3", .rounded),
    ("bf16", "q8_0", "bf16 > q8_0", .quantized),
    ("q8_0", "q8_0", "q8_0 (copy)", .exact),
    ("q8_0", "f32", "q8_0 > f32", .exact),
    ("q8_0", "f16", "q8_0 > f32 > f16", .rounded),
    ("f4_e2m1", "q8_0", "f4_e2m1 > bf16 > q8_0", .requantized),
    ("f8_e4m3", "q8_0", "f8_e4m3 > bf16 > q8_0", .quantized),
    ("i8", "f32", "i8 > f32", .exact),
    ("i64", "f32", "i64 > f32", .rounded),
  ])
  func cheapestRoute(_ from: String, _ to: String, _ text: String, _ class_: Fidelity) throws {
    let route = try route(from, to)
    #expect(route.text == text)
    #expect(route.fidelity == class_)
  }

  @Test func aLosslessChainBeatsAShorterLossyOne() throws {
    let lossy = FakeStage(id: "a", from: "f32", to: "f64", isExact: false)
    let exact1 = FakeStage(id: "b", from: "f32", to: "i64", isExact: true)
    let exact2 = FakeStage(id: "c", from: "i64", to: "f64", isExact: true)
    let route = try route("f32", "f64", stages: [lossy, exact1, exact2])
    #expect(route.links.map(\.stage) == ["b", "c"])
  }

  @Test func tiesAreSettledByStageID() throws {
    let one = FakeStage(id: "z", from: "f32", to: "f64", isExact: true)
    let two = FakeStage(id: "m", from: "f32", to: "f64", isExact: true)
    #expect(try route("f32", "f64", stages: [one, two]).links.map(\.stage) == ["m"])
    #expect(try route("f32", "f64", stages: [two, one]).links.map(\.stage) == ["m"])
  }

  @Test func aMissingRouteListsWhatCanBeReached() throws {
    let stages: [any Stage] = [CastScalars()]
    let error = #expect(throws: ConversionError.self) { try route("bf16", "q8_0", stages: stages) }
    #expect(error?.code == .noRoute)
    #expect(error?.exitStatus == .unsupported)
    #expect(error?.message.contains("reachable from bf16: ") == true)
    #expect(error?.message.contains(" f32") == true)
    let blocks = #expect(throws: ConversionError.self) {
      try route("q4_K", "f32", stages: stages)
    }
    #expect(blocks?.message.contains("nothing") == true)
  }

  @Test func everyStageHasOneIDAndItsEdgesLeadElsewhere() {
    #expect(Set(Stages.all.map(\.id)).count == Stages.all.count)
    #expect(Stages.all.map(\.id) == Stages.all.map(\.id).sorted())
    for stage in Stages.all {
      for encoding in ScalarType.all.map(Encoding.init) + QuantType.all.map(\.encoding) {
        let edges = stage.edges(from: encoding, of: [4, 256])
        #expect(!edges.contains { $0.target == encoding })
        #expect(Set(edges.map(\.target)).count == edges.count)
      }
    }
  }
}

struct FakeStage: Stage {
  let id: String
  let from: String
  let to: String
  let isExact: Bool
  let granularity = Granularity.elements(multipleOf: 1)

  func edges(from source: Encoding, of shape: Shape) -> [Edge] {
    guard source.name == from, let target = Encoding.named(to) else { return [] }
    return [Edge(target: target, isExact: isExact)]
  }
  func run(_ input: TileInput, into output: inout TileOutput) throws(ConversionError) {}
}
