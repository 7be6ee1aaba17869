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
}
