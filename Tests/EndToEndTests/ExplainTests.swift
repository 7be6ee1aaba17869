import Foundation
import Lathe
import Testing
import _TestSupport

/// `lathe architectures --explain`: what matched, what did not, and the nearest family.
@Suite struct ExplainTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func unpack(_ path: String) throws -> String {
    let target = folder.path(String(path.split(separator: "/").last ?? ""))
    try Golden.unpack("Models/\(path)", to: URL(filePath: target))
    return target
  }

  /// The folder with its tensors and configuration changed.
  private func changed(
    _ path: String, tensors: (inout [SmallFiles.Tensor]) -> Void = { _ in },
    config: (inout JSONValue) -> Void = { _ in }
  ) throws -> String {
    let source = try unpack(path)
    let file = URL(filePath: source).appending(path: "model.safetensors")
    let before = try SmallFiles.read(file.path())
    var list = before.tensors.values.sorted { $0.name < $1.name }
    tensors(&list)
    try Data(SmallFiles.safetensors(list, metadata: before.metadata)).write(to: file)
    let name = URL(filePath: source).appending(path: "config.json")
    var settings = try JSONValue.parse(Array(try Data(contentsOf: name)))
    config(&settings)
    try Data(settings.bytes(.pretty(indent: 2))).write(to: name)
    return source
  }

  private func explain(_ arguments: String...) throws -> (json: JSONValue, text: String) {
    let options = ["architectures", "--explain"] + arguments
    let json = try LatheBinary.run(options + ["--json"])
    try #require(json.status == 0, "\(json.standardError)")
    let text = try LatheBinary.run(options)
    try #require(text.status == 0, "\(text.standardError)")
    return (try JSONValue.parse(Array(json.standardOutput.utf8)), text.standardOutput)
  }

  private func names(_ list: JSONValue?) -> [String] {
    list?.array?.compactMap { $0["name"]?.string } ?? []
  }

  @Test func aCheckpointThatFits() throws {
    let source = try unpack("mistral/mistral-gqa")
    let (json, text) = try explain(source)
    #expect(
      json["architecture"]?.string == "llama" && json["class"]?.string == "MistralForCausalLM")
    #expect(json["chosen"]?.string == "named" && json["fits"]?.bool == true)
    #expect(json["matched"]?.array?.count == json["tensors"]?.int)
    #expect(names(json["matched"]).contains("model.layers.1.self_attn.q_proj.weight"))
    let layers = json["hyperparameters"]?.array?.first { $0["name"]?.string == "layers" }
    #expect(layers?["value"]?.int == 2 && layers?["origin"]?.string == "read")
    #expect(text.contains("it fits") && text.contains("which the checkpoint names"))
    let gguf = folder.path("m.gguf")
    try Conversion.run(source, gguf)
    let stored = try explain(gguf)
    #expect(stored.json["fits"]?.bool == true && stored.json["dialect"]?.string == "gguf")
    #expect(stored.json["stated"] == ["llama"])
  }

  @Test func everyDifferenceIsNamed() throws {
    let source = try changed("llama/llama-spm-gqa") { tensors in
      tensors.removeAll { $0.name == "model.norm.weight" }
      for index in tensors.indices {
        tensors[index].name = tensors[index].name.replacing("mlp.up_proj", with: "mlp.rise")
        if tensors[index].name == "lm_head.weight" { tensors[index].shape.swapAt(0, 1) }
      }
    } config: {
      $0["tomorrows_key"] = 3
    }
    let (json, text) = try explain(source)
    #expect(json["fits"]?.bool == false && json["compares_shapes"]?.bool == true)
    #expect(
      names(json["unknown"]).sorted() == [
        "model.layers.0.mlp.rise.weight", "model.layers.1.mlp.rise.weight",
      ])
    #expect(
      names(json["missing"]).sorted() == [
        "model.layers.0.mlp.up_proj.weight", "model.layers.1.mlp.up_proj.weight",
        "model.norm.weight",
      ])
    #expect(names(json["misshapen"]) == ["lm_head.weight"])
    #expect(json["misshapen"]?[0]?["canonical"] == ["head"])
    #expect(json["unknown_keys"] == ["tomorrows_key"])
    #expect(json["problems"] == [])
    for part in [
      "it does not fit", "model.layers.*.mlp.rise.weight", "(2 tensors)", "model.norm.weight",
      "block.*.ffn_up", "tomorrows_key",
    ] { #expect(text.contains(part), "\(text)") }
  }

  @Test func theNearestOfAnUnknownFamily() throws {
    let source = try changed("llama/llama-spm-gqa") { tensors in
      for index in tensors.indices {
        tensors[index].name = tensors[index].name.replacing("self_attn.o_proj", with: "mix.out")
      }
    } config: {
      $0["architectures"] = ["TomorrowForCausalLM"]
      $0["model_type"] = "tomorrow"
    }
    let (json, text) = try explain(source)
    #expect(json["chosen"]?.string == "nearest" && json["stated"] == ["TomorrowForCausalLM"])
    let known = try #require(json["architecture"]?.string)
    #expect(text.contains("architecture  \(known)"))
    #expect(names(json["unknown"]).contains("model.layers.0.mix.out.weight"))
    #expect(text.contains("model.layers.*.mix.out.weight"))
    #expect(text.contains("TomorrowForCausalLM"))
  }

  /// Without its hyper-parameters only names can be compared.
  @Test func namesAloneAreCompared() throws {
    let source = try changed("llama/llama-spm-gqa") { _ in
    } config: {
      $0["hidden_size"] = nil
      $0["hidden"] = 64
    }
    let (json, text) = try explain(source)
    #expect(json["compares_shapes"]?.bool == false && json["fits"]?.bool == false)
    #expect(json["unknown_keys"] == ["hidden"])
    #expect(json["problems"]?[0]?.string?.contains("none of hidden_size") == true)
    #expect(text.contains("only names were compared"))
    #expect(json["matched"]?.array?.count == json["tensors"]?.int)
  }

  @Test func anotherDescriptionMayBeGiven() throws {
    let source = try unpack("llama/llama-spm-gqa")
    let bert = Golden.root.appending(path: "Formats/Architectures/bert.arch").path()
    let (json, _) = try explain(source, "--architecture", bert)
    #expect(json["chosen"]?.string == "given" && json["architecture"]?.string == "bert")
    #expect(json["fits"]?.bool == false)
    let strange = try folder.write(
      "strange.safetensors", SmallFiles.safetensors(SmallFiles.mixed()))
    let (none, text) = try explain(strange)
    #expect(none["architecture"] == .null || none["fits"]?.bool == false)
    #expect(text.contains("checkpoint"))
  }

  @Test func misuse() throws {
    #expect(try lathe("architectures", "--architecture", "x.arch").status == 64)
    #expect(try lathe("architectures", "--explain", folder.path("absent")).status == 66)
  }
}

/// Every key of config.json is used, known to be irrelevant, or reported.
@Suite struct ConfigKeyTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// The keys that are reported of a case, its configuration changed.
  private func unknownKeys(
    _ path: String, _ change: (inout JSONValue) -> Void
  ) throws -> [String] {
    let target = folder.path(String(path.split(separator: "/").last ?? ""))
    if !FileManager.default.fileExists(atPath: target) {
      try Golden.unpack("Models/\(path)", to: URL(filePath: target))
    }
    let file = URL(filePath: target).appending(path: "config.json")
    var config = try JSONValue.parse(Array(try Data(contentsOf: file)))
    change(&config)
    try Data(config.bytes(.pretty(indent: 2))).write(to: file)
    let made = try ModelExplanation(ConversionRequest(source: target, destination: ""))
    let explanation = try #require(made.explanation)
    #expect(explanation.choice == .named)
    return explanation.unknownKeys.sorted()
  }

  /// The cases whose class is described, those without a GGUF among them.
  static let described: [String] = {
    let root = Golden.path("Models")
    let found = (try? FileManager.default.subpathsOfDirectory(atPath: root)) ?? []
    let paths = found.filter { $0.hasSuffix("/config.json") && !$0.contains("/1_Pooling/") }
      .map { String($0.dropLast("/config.json".count)) }
    return paths.filter { path in
      guard let config = try? JSONValue.parse(Golden.bytes("Models/\(path)/config.json")),
        let names = config["architectures"]?.array?.compactMap(\.string)
      else { return false }
      return names.contains { ((try? Architectures.find(class: $0)) ?? nil) != nil }
    }.sorted()
  }()

  @Test func thereAreCases() { #expect(Self.described.count >= 35) }

  @Test(arguments: described)
  func noKeyIsLeftAndAnInventedOneIsReported(path: String) throws {
    #expect(try unknownKeys(path) { _ in } == [])
    let found = try unknownKeys(path) {
      $0["invented_key"] = true
      $0["invented_object"] = ["inner": 1]
    }
    #expect(found == ["invented_key", "invented_object"])
  }

  /// A key inside an object whose other keys are described.
  @Test func nestedKeysAreReported() throws {
    let found = try unknownKeys("llama/llama-spm-gqa") {
      var rope = $0["rope_parameters"] ?? [:]
      rope["invented"] = 2
      $0["rope_parameters"] = rope
    }
    #expect(found == ["rope_parameters.invented"])
  }

  @Test func thePlanReportsThem() throws {
    let folder = try TemporaryFolder()
    let source = try ModelCase(path: "llama/llama-spm-gqa").unpack(into: folder)
    let path = URL(filePath: source).appending(path: "config.json")
    var config = try JSONValue.parse(Array(try Data(contentsOf: path)))
    config["invented_key"] = 1
    try Data(config.bytes(.pretty(indent: 2))).write(to: path)
    let plan = try lathe("plan", source, "-o", folder.path("o.gguf"))
    #expect(plan.status == 0)
    #expect(plan.standardOutput.contains("invented_key"), "\(plan)")
  }
}
