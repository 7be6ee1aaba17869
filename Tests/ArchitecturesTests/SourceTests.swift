import Architectures
import Documents
import Failures
import Foundation
import Tensors
import Testing
import _TestSupport

/// What sources say without saying it: nulls, and the class of a GGUF.
@Suite struct SourceTests {
  /// What is absent and what is null can mean different things.
  @Test func nullHasAValueOfItsOwn() throws {
    let architecture = try Architectures.parse(
      file: "small.arch",
      text: SmallArch.replacing(
        11, "  window  int  window|old_window  .window  default 9  null width  write given"))
    for (json, value) in [(nil, 9), (.null, 4), (3, 3)] as [(JSONValue?, Int)] {
      for key in ["window", "old_window"] {
        let model = try architecture.instantiate(
          InstantiationTests.header { $0.config?[key] = json })
        #expect(model["window"] == .int(value))
        #expect(model.isGiven("window") == (value == 3))
        #expect(try model.ggufKeys().keys.contains("small.window") == (value == 3))
        #expect(model.configuration()[key] == json)
      }
    }
  }

  /// A GGUF without the key means null, which the configuration says.
  @Test func nullIsWritten() throws {
    let architecture = try Architectures.parse(
      file: "small.arch",
      text: SmallArch.replacing(
        11, "  window  int  window  .window  default 9  null width  recover width"))
    var header = PlainHeader(
      dialect: .gguf,
      metadata: ["small.block_count": .u32(1), "small.width": .u32(4)],
      tensors: [
        "token.weight": [8, 4], "blk.0.up.weight": [8, 4], "blk.0.down.weight": [4, 8],
      ])
    #expect(try architecture.instantiate(header).configuration()["window"] == .null)
    header.metadata["small.window"] = .u32(4)
    #expect(try architecture.instantiate(header).configuration()["window"] == 4)
  }

  /// A GGUF does not name its class: the first one that it fits is taken.
  @Test func requirementsTellTheClassOfAGGUF() throws {
    var text = SmallArch.text.replacingOccurrences(of: "SmallModel", with: "SmallModel WideModel")
    text = text.replacingOccurrences(
      of: "limits\n",
      with: "limits\n  require  (width > 4) == (class == WideModel)  \"width tells the class\"\n")
    let architecture = try Architectures.parse(file: "small.arch", text: text)
    for (width, name) in [(4, "SmallModel"), (6, "WideModel")] {
      let header = PlainHeader(
        dialect: .gguf,
        metadata: [
          "general.architecture": .string("small"), "small.block_count": .u32(1),
          "small.width": .u32(UInt32(width)),
        ],
        tensors: [
          "token.weight": [8, width], "blk.0.up.weight": [2 * width, width],
          "blk.0.down.weight": [width, 2 * width],
        ])
      #expect(try architecture.instantiate(header).className == name)
      let error = #expect(throws: ArchitectureError.self) {
        try architecture.instantiate(
          header, class: name == "WideModel" ? "SmallModel" : "WideModel")
      }
      #expect(error?.code == .requirement)
    }
    let wide = InstantiationTests.header { $0.config?["hidden"] = 6 }
    #expect(InstantiationTests.failure(wide, text)?.code == .requirement)
    let none = text.replacingOccurrences(of: "(width > 4) == ", with: "width > 9 and ")
    let header = PlainHeader(
      dialect: .gguf,
      metadata: ["small.block_count": .u32(1), "small.width": .u32(4)], tensors: ["x": [1]])
    #expect(
      InstantiationTests.failure(header, none)?.description.contains("width tells the class")
        == true)
  }

  /// Once one kind of layer is named, Transformers reads the other one's scaling below its name only.
  @Test func everyKindOfLayerIsNamed() throws {
    let item = try HeaderCase("gemma3-text")
    var header = item.ggufHeader
    header.metadata["gemma3.rope.scaling.type"] = .string("linear")
    header.metadata["gemma3.rope.scaling.factor"] = .f32(8)
    header.metadata["gemma3.rope.freq_base"] = .f32(500000)
    let config = try item.architecture().instantiate(header).configuration()
    let rope = try #require(config["rope_parameters"])
    let full = rope["full_attention"]
    #expect(full?["rope_type"] == "linear" && full?["factor"]?.double == 8)
    #expect(full?["rope_theta"]?.double == 500000)
    #expect(rope["sliding_attention"]?["rope_theta"]?.double == 10000)
    #expect(rope["rope_type"] == nil && rope["factor"] == nil && rope["rope_theta"] == nil)
  }

  /// Older files name no scoring; the correction of the scores tells it.
  @Test func scoringIsKnownByItsCorrection() throws {
    let item = try HeaderCase("deepseek-v3-mla")
    var header = item.ggufHeader
    header.metadata["deepseek2.expert_gating_func"] = nil
    #expect(header.tensorNames.contains { $0.hasSuffix("exp_probs_b.bias") })
    let model = try item.architecture().instantiate(header)
    #expect(model.className == "DeepseekV3ForCausalLM")
    #expect(model.configuration()["scoring_func"] == "sigmoid")
  }
}
