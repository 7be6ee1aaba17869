import Architectures
import ModelGraph
import Testing

@Suite struct GraphBuilderTests {
  static let embed = set(2, "x", to: op("embed", "tokens", "embedding"))
  static let head = set(99, "logits", to: op("linear", "x", "head"))

  /// A repeat of `block` between embedding and head.
  static func model(_ body: Statement...) -> GraphTemplate {
    section([embed, at(3, .repeated(group: "block", body: body)), head])
  }

  static func sum(_ a: Expression, _ b: Expression) -> Expression { .binary(.plus, a, b) }

  /// The only repeat of a graph.
  func loop(_ graph: Graph) throws -> Node.Repeat {
    let loops = graph.nodes.compactMap { node in
      if case .repeated(let loop) = node { loop } else { nil }
    }
    return try #require(loops.count == 1 ? loops.first : nil)
  }

  func calls(_ nodes: [Node]) -> [Node.Application] {
    nodes.compactMap { if case .op(let call) = $0 { call } else { nil } }
  }

  @Test func anAttentionBlockAsText() throws {
    func heads(_ row: Expression) -> Expression {
      op("split_heads", op("linear", "h", row), "heads")
    }
    let template = section(
      inputs: ["tokens", "positions"],
      [
        set(1, "turn", to: op("rotary", 4, "wave", with: ["factors": "factors"])), Self.embed,
        at(
          3,
          .repeated(
            group: "block",
            body: [
              set(4, "h", to: op("rms_norm", "x", "norm", "eps")),
              set(5, "q", to: op("rope", heads("wq"), "positions", "turn")),
              set(6, "k", to: op("rope", heads("wk"), "positions", "turn")),
              set(
                7, "a",
                to: op(
                  "attention", "q", "k", heads("wv"),
                  with: ["scale": "scale", "causal": .value(.bool(true))])),
              set(8, "x", to: Self.sum("x", op("linear", "a", "out"))),
            ])), Self.head,
      ])
    let graph = try GraphBuilder.build(template, in: SmallModel.plain)
    #expect(
      graph.description == """
        graph
          input tokens = %0 tokens: ints [batch, seq]
          input positions = %1 positions: ints [batch, seq]
          %2 turn: angles [2] = rotary(4, {kind = default, theta = 10000.0})
          %3 x: floats [batch, seq, 8] = embed(%0, embedding [32, 8])
          repeat block with x = %3
            layers 0-1 from %4 x: floats [batch, seq, 8]
              %5 h: floats [batch, seq, 8] = rms_norm(%4, block.*.norm [8], 0.5)
              %6: floats [batch, seq, 8] = linear(%5, block.*.wq [8, 8] + bias [8])
              %7: floats [batch, seq, 2, 4] = split_heads(%6, 2)
              %8 q: floats [batch, seq, 2, 4] = rope(%7, %1, %2)
              %9: floats [batch, seq, 8] = linear(%5, block.*.wk [8, 8])
              %10: floats [batch, seq, 2, 4] = split_heads(%9, 2)
              %11 k: floats [batch, seq, 2, 4] = rope(%10, %1, %2)
              %12: floats [batch, seq, 8] = linear(%5, block.*.wv [8, 8])
              %13: floats [batch, seq, 2, 4] = split_heads(%12, 2)
              %14 a: floats [batch, seq, 8] = attention(%8, %11, %13, scale = 0.25, causal = true)
              %15: floats [batch, seq, 8] = linear(%14, block.*.out [8, 8])
              %16 x: floats [batch, seq, 8] = %4 + %15
              pass %16
            result %17 x: floats [batch, seq, 8]
          %18 logits: floats [batch, seq, 32] = linear(%17, embedding [32, 8])
          output logits = %18
          parameter embedding [32, 8]
          parameter block.0.norm [8]
          parameter block.0.wq [8, 8] + bias [8]
          parameter block.0.wk [8, 8]
          parameter block.0.wv [8, 8]
          parameter block.0.out [8, 8]
          parameter block.1.norm [8]
          parameter block.1.wq [8, 8] + bias [8]
          parameter block.1.wk [8, 8]
          parameter block.1.wv [8, 8]
          parameter block.1.out [8, 8]

        """)
  }

  @Test func layersOfOneStructureShareABody() throws {
    var model = SmallModel.plain
    model.groups["block"]?.count = 3
    let kinds: Expression = .choose(.element("sliding", "layer"), "window", 0)
    let template = Self.model(
      set(4, "h", to: op("split_heads", "x", "heads")),
      set(
        5, "x", to: op("attention", "h", "h", "h", with: ["scale": "scale", "window": kinds])))
    let graph = try GraphBuilder.build(template, in: model)
    let loop = try loop(graph)
    #expect(loop.bodies.count == 2)
    #expect(loop.runs.map(\.layers) == [0..<1, 1..<2, 2..<3])
    #expect(loop.runs.map(\.body) == [0, 1, 0])
    let windows = loop.bodies.map { calls($0.nodes).last?.arguments.last?.operand }
    #expect(windows == [.scalar(.int(4)), .scalar(.int(0))])
    // No value stands in two bodies.
    let results = loop.bodies.map { Set(calls($0.nodes).flatMap(\.results) + $0.inputs) }
    #expect(results[0].isDisjoint(with: results[1]))
  }

  @Test func consecutiveEqualLayersAreOneRun() throws {
    var model = SmallModel.plain
    model.groups["block"]?.count = 5
    model.groups["block"]?.rows["late"]?.layers = [1, 2, 3]
    model.parameters["tail"] = .list([false, true, true, true, false].map { .bool($0) })
    let template = Self.model(
      at(
        4,
        .branch(
          .element("tail", "layer"), then: [set(5, "x", to: op("linear", "x", "late"))],
          otherwise: [])))
    let graph = try GraphBuilder.build(template, in: model)
    let loop = try loop(graph)
    #expect(loop.runs.map(\.layers) == [0..<1, 1..<4, 4..<5])
    #expect(loop.runs.map(\.body) == [0, 1, 0])
    #expect(loop.carried == ["x"])
    // A layer that does not assign a carried value passes it on.
    #expect(loop.bodies[0].nodes.isEmpty && loop.bodies[0].inputs == loop.bodies[0].outputs)
    #expect(graph.parameters.map(\.name).contains("block.3.late"))
    #expect(!graph.parameters.map(\.name).contains("block.4.late"))
  }

  @Test func aMixRunsItsBodyOnSlices() throws {
    let template = Self.model(
      set(4, "r", to: op("softmax", op("linear", "x", "router"))),
      at(
        5,
        .mix(
          result: "y", variable: "e", over: op("keep", "r", op("top_k", "r", 2)),
          body: [
            set(6, "u", to: op("activate", op("linear", "x", .element("ups", "e")), "activation")),
            at(7, .give(op("linear", "u", .element("downs", "e")))),
          ])),
      set(8, "x", to: Self.sum("x", "y")))
    let graph = try GraphBuilder.build(template, in: SmallModel.plain)
    let body = try #require(try loop(graph).bodies.first)
    let mixes = body.nodes.compactMap { if case .mix(let mix) = $0 { mix } else { nil } }
    let mix = try #require(mixes.first)
    #expect(mix.experts == 4)
    #expect(graph.type(of: mix.result)?.description == "floats [batch, seq, 8]")
    let last = try #require(calls(mix.nodes).last)
    #expect(last.results == [mix.given])
    guard case .parameter(let use) = last.arguments[1].operand else {
      Issue.record("no parameter")
      return
    }
    #expect(use.description == "block.*.downs[expert] [8, 16] + bias [8]")
  }

  @Test func namesReachEverywhereTheyMay() throws {
    let template = section([
      Self.embed, set(3, "a", to: op("linear", "x", "block.1.late")),
      set(4, "b", to: op("linear", "a", .element("stack", 3))),
      set(5, "u", "v", to: op("split", "b", 12, .binary(.plus, "heads", 2))),
      set(6, "c", to: .choose("flag", op("activate", "u", "tilt"), op("nothing"))),
      set(7, "d", to: .unary(.minus, op("activate", "c", "gelu"))),
      at(8, .branch(.unary(.not, "flag"), then: [set(9, "never", to: "x")], otherwise: [])),
      set(10, "logits", to: .binary(.times, "d", "scale")),
    ])
    let graph = try GraphBuilder.build(template, in: SmallModel.plain)
    let text = graph.description
    #expect(text.contains("linear(%1, block.1.late [8, 8])"))
    #expect(text.contains("stack[3] [16, 8]"))
    #expect(text.contains("split(%3, 12, 4)"))
    #expect(text.contains("activate(%4, relu)"))
    #expect(text.contains("activate(%6, gelu)"))
    #expect(text.contains("%7 * -1"))
    #expect(text.contains("output logits = %9\n"))
    #expect(graph.parameters.map(\.name) == ["embedding", "block.1.late", "stack"])
  }

  @Test func anotherSectionsOutputIsMemory() throws {
    let encode = section(
      name: "encode", gives: ["states"], [set(2, "states", to: op("embed", "tokens", "embedding"))])
    let decode = section(
      name: "decode", inputs: ["tokens", "states"],
      [
        set(3, "q", to: op("split_heads", op("embed", "tokens", "embedding"), "heads")),
        set(4, "s", to: op("split_heads", "states", "heads")),
        set(5, "logits", to: op("attention", "q", "s", "s", with: ["scale": 1])),
      ])
    let graph = try GraphBuilder.build(decode, of: [encode, decode], in: SmallModel.plain)
    #expect(graph.name == "decode")
    #expect(graph.type(of: graph.inputs[1].value)?.description == "floats [batch, memory, 8]")
    #expect(graph.type(of: graph.outputs[0].value)?.description == "floats [batch, seq, 8]")
  }

  @Test func anOutputNotAssignedForThisModelIsDropped() throws {
    var template = section(
      gives: ["hidden", "logits"],
      [
        set(2, "hidden", to: op("embed", "tokens", "embedding")),
        at(
          3,
          .branch(
            "flag", then: [], otherwise: [set(4, "logits", to: op("linear", "hidden", "head"))])),
      ])
    #expect(
      try GraphBuilder.build(template, in: SmallModel.plain).outputs.map(\.name) == ["hidden"])
    template = section([at(3, .branch("flag", then: [], otherwise: [Self.embed, Self.head]))])
    #expect(throws: ArchitectureError.self) {
      try GraphBuilder.build(template, in: SmallModel.plain)
    }
  }

  @Test func noLayersPassTheValueThrough() throws {
    var model = SmallModel.plain
    model.groups["block"]?.count = 0
    let graph = try GraphBuilder.build(
      Self.model(set(4, "x", to: op("linear", "x", "out"))), in: model)
    #expect(try loop(graph).runs.isEmpty)
  }
}
