import Architectures
import ModelGraph
import Testing

@Suite struct FamilyGraphTests {
  @Test(arguments: FamilyCase.all) func familyBuildsItsGraph(_ family: FamilyCase) throws {
    let graph = try family.build()
    let outputs = graph.outputs.map { "\($0.name): \(graph.type(of: $0.value)?.description ?? "")" }
    #expect(outputs == family.outputs)
    let loops = graph.nodes.compactMap { if case .repeated(let loop) = $0 { loop } else { nil } }
    #expect(loops.count == 1)
    #expect(
      loops.flatMap(\.runs).map { "\($0.layers.lowerBound) as \($0.body)" } == family.runs)
    let names = Set(graph.parameters.map(\.name))
    for name in family.reads { #expect(names.contains(name), "\(name)") }
    for name in family.lacks { #expect(!names.contains(name), "\(name)") }
    #expect(try family.build().description == graph.description)
  }

  @Test func everyOpIsUsedBySomeFamily() throws {
    var used: Set<String> = []
    func collect(_ nodes: [Node]) {
      for node in nodes {
        switch node {
        case .op(let call): used.insert(call.op)
        case .repeated(let loop): for body in loop.bodies { collect(body.nodes) }
        case .mix(let mix): collect(mix.nodes)
        }
      }
    }
    for family in FamilyCase.all { collect(try family.build().nodes) }
    // No family subtracts; the operator is there because the language has it.
    #expect(Set(OpRegistry.all.map(\.name)).subtracting(used) == ["-"])
  }
}
