import Architectures
import Failures
import ModelGraph
import Testing

/// A forward section with a mistake, the line that the error must name, and words of its message.
struct BrokenSection: Sendable, CustomTestStringConvertible {
  let name: String
  let line: Int
  let code: ArchitectureError.Code
  let words: [String]
  let template: GraphTemplate
  var testDescription: String { name }

  init(
    _ name: String, _ line: Int, _ code: ArchitectureError.Code, _ words: [String],
    _ template: GraphTemplate
  ) {
    self.name = name
    self.line = line
    self.code = code
    self.words = words
    self.template = template
  }

  /// Line 2 embeds, line 3 repeats, the body stands from line 4 on, line 99 is the head.
  static func layers(
    _ name: String, _ line: Int, _ code: ArchitectureError.Code, _ words: [String],
    _ body: Statement...
  ) -> BrokenSection {
    .init(
      name, line, code, words,
      section([
        GraphBuilderTests.embed, at(3, .repeated(group: "block", body: body)),
        GraphBuilderTests.head,
      ]))
  }

  static func plain(
    _ name: String, _ line: Int, _ code: ArchitectureError.Code, _ words: [String],
    _ body: Statement...
  ) -> BrokenSection {
    .init(name, line, code, words, section([GraphBuilderTests.embed] + body))
  }

  static let all: [BrokenSection] = [
    layers(
      "tensor in the wrong order", 4, .check, ["linear: weight", "[8, 8]", "block.*.down [8, 16]"],
      set(4, "x", to: op("linear", "x", "down"))),
    layers(
      "value in a tensor's place", 4, .name, ["expected a tensor", "'x' is a value"],
      set(4, "x", to: op("linear", "x", "x"))),
    layers(
      "heads that do not divide", 5, .check, ["split_heads", "3 heads", "layer 0"],
      set(4, "h", to: op("linear", "x", "wq")), set(5, "h", to: op("split_heads", "h", 3))),
    layers(
      "a later layer without the tensor", 4, .check, ["no tensor 'late' in layer 0"],
      set(4, "x", to: op("linear", "x", "late"))),
    layers(
      "a layer that changes the width", 5, .check, ["'x' must leave a layer", "[batch, seq, 16]"],
      set(4, "h", to: "x"), set(5, "x", to: op("linear", "h", "up"))),
    layers(
      "a value of one layer used in the next", 4, .name, ["'h' is not known here"],
      set(4, "x", to: .binary(.plus, "x", "h")), set(5, "h", to: "x")),
    layers(
      "unknown name", 4, .name, ["'y' is not known here", "tokens, x"],
      set(4, "x", to: op("linear", "y", "wq"))),
    layers(
      "unknown tensor", 4, .name, ["expected a tensor", "'wz'"],
      set(4, "x", to: op("linear", "x", "wz"))),
    layers(
      "unknown op", 4, .name, ["no op is called 'conv'"], set(4, "x", to: op("conv", "x"))),
    layers(
      "unknown attribute", 4, .check, ["no attribute 'bias'"],
      set(4, "x", to: op("linear", "x", "wq", with: ["bias": "norm"]))),
    layers(
      "missing argument", 4, .check, ["rms_norm takes 3 arguments", "found 2"],
      set(4, "x", to: op("rms_norm", "x", "norm"))),
    layers(
      "none in a needed argument", 4, .name, ["'none' is not known"],
      set(4, "x", to: op("linear", "none", "wq"))),
    layers(
      "repeat in repeat", 4, .check, ["'repeat' cannot stand inside"],
      at(4, .repeated(group: "block", body: []))),
    layers(
      "bias that would be lost", 4, .check, ["without a bias", "block.*.wq"],
      set(4, "x", to: op("+", "x", "wq"))),
    layers(
      "give outside a mix", 4, .check, ["'give' stands outside"], at(4, .give("x"))),
    layers(
      "attention in a mix", 6, .check, ["attention looks at other tokens"],
      set(4, "r", to: op("linear", "x", "router")),
      at(
        5,
        .mix(
          result: "y", variable: "e", over: "r",
          body: [at(6, .give(op("attention", "x", "x", "x", with: ["scale": 1])))]))),
    layers(
      "mix without give", 5, .check, ["must end in 'give'"],
      set(4, "r", to: op("linear", "x", "router")),
      at(5, .mix(result: "y", variable: "e", over: "r", body: [set(6, "h", to: "x")]))),
    layers(
      "statement behind give", 7, .check, ["nothing may stand after 'give'"],
      set(4, "r", to: op("linear", "x", "router")),
      at(
        5,
        .mix(
          result: "y", variable: "e", over: "r",
          body: [at(6, .give("x")), set(7, "h", to: "x")]))),
    layers(
      "slices of another count", 6, .check, ["'wk' must have a first axis of 4 experts", "[8, 8]"],
      set(4, "r", to: op("linear", "x", "router")),
      at(
        5,
        .mix(
          result: "y", variable: "e", over: "r",
          body: [at(6, .give(op("linear", "x", .element("wk", "e"))))]))),
    layers(
      "mix over a mask", 5, .check, ["weights must be floats", "mask"],
      set(4, "r", to: op("top_k", op("linear", "x", "router"), 2)),
      at(5, .mix(result: "y", variable: "e", over: "r", body: [at(6, .give("x"))]))),
    layers(
      "expert's name taken", 5, .name, ["'heads' is taken"],
      set(4, "r", to: op("linear", "x", "router")),
      at(5, .mix(result: "y", variable: "heads", over: "r", body: [at(6, .give("x"))]))),
    layers(
      "given shape", 6, .check, ["'give' must have the axes", "[batch, seq, 4]"],
      set(4, "r", to: op("linear", "x", "router")),
      at(
        5,
        .mix(
          result: "y", variable: "e", over: "r",
          body: [at(6, .give(op("split_heads", "x", "heads")))]))),
    plain(
      "unknown group", 3, .name, ["no group of tensors is called 'blocks'"],
      at(3, .repeated(group: "blocks", body: [])), GraphBuilderTests.head),
    plain(
      "group's tensor outside the group", 3, .name, ["'wq' is not known here"],
      set(3, "logits", to: op("linear", "x", "wq"))),
    plain(
      "layer that does not exist", 3, .check, ["no tensor 'block.2.wq'"],
      set(3, "logits", to: op("linear", "x", "block.2.wq"))),
    plain(
      "slice that does not exist", 3, .check, ["'stack' has no slice 4"],
      set(3, "logits", to: op("linear", "x", .element("stack", 4)))),
    plain(
      "two names for one result", 3, .check, ["2 names", "1 results"],
      set(3, "logits", "y", to: op("linear", "x", "head"))),
    plain(
      "one name for two results", 3, .check, ["expected one value", "2 results"],
      set(3, "logits", to: op("split", "x", 4, 4))),
    plain(
      "a hyper-parameter as a value", 3, .name, ["'heads' is a hyper-parameter"],
      set(3, "logits", to: "heads")),
    plain(
      "a number as a value", 3, .check, ["without one"],
      set(3, "logits", to: .binary(.plus, "heads", 1))),
    plain(
      "a tensor as a value", 3, .name, ["'head' is a tensor"], set(3, "logits", to: "head")),
    plain(
      "a hyper-parameter assigned", 3, .name, ["'heads' is a hyper-parameter"],
      set(3, "heads", to: "x"), GraphBuilderTests.head),
    plain(
      "a tensor assigned", 3, .name, ["'stack' is a tensor"], set(3, "stack", to: "x"),
      GraphBuilderTests.head),
    plain(
      "a condition on a value", 3, .check, ["hyper-parameters"],
      at(3, .branch(.binary(.greater, "x", 0), then: [], otherwise: [])), GraphBuilderTests.head),
    plain(
      "a condition that is a number", 3, .check, ["true or false"],
      at(3, .branch("heads", then: [], otherwise: [])), GraphBuilderTests.head),
    plain(
      "a word that is no function", 3, .check, ["one of gelu", "silu"],
      set(3, "logits", to: op("activate", "x", .value(.text("swish"))))),
    plain(
      "hyper-parameters without that prefix", 3, .name, ["begin with 'rope.'"],
      set(3, "logits", to: op("rotary", 4, "rope"))),
    plain(
      "an expression that cannot be evaluated", 3, .name, ["cannot evaluate"],
      set(3, "logits", to: op("split_heads", "x", "no_such"))),
    plain("output never assigned", 1, .check, ["the output 'logits' is never assigned"]),
    plain(
      "a value assigned on no path taken", 4, .name, ["'y' is not known here"],
      at(3, .branch(.unary(.not, "flag"), then: [set(3, "y", to: "x")], otherwise: [])),
      set(4, "logits", to: op("linear", "y", "head"))),
  ]
}

@Suite struct GraphErrorTests {
  @Test(arguments: BrokenSection.all) func errorNamesLineAndCause(_ broken: BrokenSection) {
    let result = Result<Graph, ArchitectureError> { () throws(ArchitectureError) in
      try GraphBuilder.build(broken.template, in: SmallModel.plain)
    }
    guard case .failure(let error) = result else {
      Issue.record("built although \(broken.name)")
      return
    }
    #expect(error.place.file == "small.arch")
    #expect(error.place.line == broken.line, "\(error)")
    #expect(error.code == broken.code, "\(error)")
    for word in broken.words { #expect(error.message.contains(word), "\(error)") }
  }

  @Test func everyLayerIsChecked() {
    var model = SmallModel.plain
    model.groups["block"]?.count = 40
    model.groups["block"]?.rows["late"]?.layers = Array(0..<39)
    let template = GraphBuilderTests.model(set(4, "x", to: op("linear", "x", "late")))
    let error = #expect(throws: ArchitectureError.self) {
      try GraphBuilder.build(template, in: model)
    }
    #expect(error?.message.contains("in layer 39") == true)
  }

  @Test func tooManyLayersAreRefused() {
    var model = SmallModel.plain
    model.groups["block"]?.count = .max
    let error = #expect(throws: ArchitectureError.self) {
      try GraphBuilder.build(GraphBuilderTests.model(), in: model)
    }
    #expect(error?.code == .limit)
    #expect(error?.place.line == 3)
  }
}
