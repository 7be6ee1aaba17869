@testable import Architectures
import Failures
import Tensors
import Testing

extension Encoding {
  static func recipeType(_ name: String) -> Encoding? { RecipeTypes.named(name) }
}

@Suite struct RecipeAssignTests {
  /// A matrix in bf16 unless it is said.
  static func tensor(
    _ name: String, _ axes: [Int] = [512, 512], _ encoding: Encoding = Encoding(.bf16)
  ) -> RecipeTensor { RecipeTensor(name: name, shape: Shape(axes), encoding: encoding) }

  static let model: [RecipeTensor] =
    [tensor("token_embd.weight"), tensor("output.weight"), tensor("output_norm.weight", [512])]
    + (0..<4).flatMap { layer in
      ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_up", "ffn_down"]
        .map { tensor("blk.\(layer).\($0).weight") }
    }
  static let facts = RecipeFacts(architecture: "llama", layers: 4, heads: 8, kvHeads: 2)

  static func type(_ name: String) throws -> Encoding { try #require(.recipeType(name)) }

  static func decide(
    _ preset: String, _ tensors: [RecipeTensor] = model, _ options: RecipeOptions = .init()
  ) throws -> [String: RecipeDecision] {
    let recipe = try #require(try Recipes.named(preset))
    let decisions = try recipe.assign(tensors: tensors, facts: facts, options: options)
    return Dictionary(uniqueKeysWithValues: zip(tensors.map(\.name), decisions))
  }

  static func error(
    _ preset: String, _ options: RecipeOptions, _ tensors: [RecipeTensor] = model
  ) throws -> ArchitectureError? {
    #expect(throws: ArchitectureError.self) { try decide(preset, tensors, options) }
  }

  @Test func decisionsSayWhatDecided() throws {
    let found = try Self.decide("q4_k_m")
    func origin(_ name: String) -> String { found[name]?.origin.description ?? "" }
    #expect(origin("blk.0.attn_q.weight").hasPrefix("Recipes/q4_k_m.recipe:5:"))
    #expect(origin("blk.3.attn_v.weight").hasPrefix("Recipes/q4_k_m.recipe:9:3"))
    #expect(origin("output.weight").hasPrefix("Recipes/output.part:"))
    #expect(origin("output_norm.weight").hasPrefix("Recipes/common.part:"))
    #expect(found["output_norm.weight"]?.choice == .keep)
  }

  @Test func replacementsAreNamed() throws {
    let tensors = [
      Self.tensor("blk.0.attn_q.weight", [8, 320]), Self.tensor("blk.0.attn_k.weight", [8, 100]),
      Self.tensor("output.weight", [8, 512]),
    ]
    let found = try Self.decide("q4_k_s", tensors)
    #expect(found["blk.0.attn_q.weight"]?.choice == .type(try Self.type("q5_0")))
    #expect(found["blk.0.attn_q.weight"]?.fallback?.wanted.name == "q4_K")
    #expect(
      found["blk.0.attn_q.weight"]?.fallback?.reason
        == "rows of 320 elements do not fill blocks of 256")
    #expect(found["blk.0.attn_k.weight"]?.choice == .type(Encoding(.f16)))
    #expect(found["output.weight"]?.fallback == nil)
    let error = try Self.error("q4_k_s", RecipeOptions(strictTypes: true), tensors)
    #expect(error?.code == .unfitting)
    for text in ["2 tensors", "blk.0.attn_q.weight", "q5_0 would be taken", "blk.0.attn_k.weight"] {
      #expect(error?.message.contains(text) ?? false, "\(text)")
    }
    #expect(error?.message.contains("output.weight") == false)
  }

  @Test func typesWithoutReplacementListAllTensors() throws {
    let tensors = (0..<70).map { Self.tensor("blk.\($0).attn_q.weight", [8, 64]) }
    let error = try Self.error("q1_0", RecipeOptions(), tensors)
    #expect(error?.code == .unfitting)
    for layer in 0..<70 {
      #expect(error?.message.contains("'blk.\(layer).attn_q.weight'") ?? false)
    }
  }

  @Test func typesAskedForByOptionAreReplacedToo() throws {
    let tensors = [
      Self.tensor("token_embd.weight", [8, 320]), Self.tensor("output.weight", [8, 320]),
    ]
    let options = RecipeOptions(
      outputTensorType: try Self.type("q6_K"), tokenEmbeddingType: try Self.type("q4_K"))
    let found = try Self.decide("q8_0", tensors, options)
    #expect(found["output.weight"]?.choice == .type(try Self.type("q8_0")))
    #expect(found["token_embd.weight"]?.choice == .type(try Self.type("q5_0")))
    #expect(found["token_embd.weight"]?.origin == .option("--token-embedding-type"))
  }

  @Test func patternsMustFindSomething() throws {
    let q8 = try Self.type("q8_0")
    func says(_ pattern: String, _ text: String) throws {
      let options = RecipeOptions(tensorTypes: [.init("attn_q", q8), .init(pattern, q8)])
      let error = try Self.error("q4_k_m", options)
      #expect(error?.code == .option, "\(pattern)")
      #expect(error?.exitStatus == .usage)
      #expect(error?.message.contains(text) ?? false, "\(error?.message ?? "")")
      #expect(error?.message.contains("'\(pattern)=q8_0'") ?? false)
    }
    try says("attn_x", "finds no tensor")
    try says("blk[.]9[.]", "finds no tensor")
    try says("output_norm", "finds only tensors that are never quantized (1)")
    try says("ffn_(up", "is no regular expression")
    try says("", "the pattern is empty")
    try says(String(repeating: "a", count: 1001), "at most 1000 bytes")
    // Behind a pattern that decides first it is found all the same.
    let options = RecipeOptions(tensorTypes: [.init("attn", q8), .init("attn_q", q8)])
    #expect(try Self.decide("q4_k_m", Self.model, options).count == Self.model.count)
  }

  @Test func allWrongOptionsAreListed() throws {
    let stored = Encoding(name: "q8_1", blockElements: 32, blockBits: 288)
    let options = RecipeOptions(
      outputTensorType: stored, tokenEmbeddingType: Encoding(.i32),
      tensorTypes: [.init("attn_(", stored)])
    let error = try Self.error("q4_0", options)
    #expect(error?.code == .option)
    for text in ["--output-tensor-type q8_1", "--token-embedding-type i32", "attn_(=q8_1"] {
      #expect(error?.message.contains(text) ?? false, "\(text)")
    }
  }

  @Test func optionsWithoutTheirTensorsAreRefused() throws {
    let q8 = try Self.type("q8_0")
    let options = RecipeOptions(outputTensorType: q8, tokenEmbeddingType: q8)
    let error = try Self.error("q4_0", options, [Self.tensor("blk.0.attn_q.weight")])
    #expect(error?.message.contains("no token embedding") ?? false)
    #expect(error?.message.contains("no output tensor") ?? false)
  }

  /// llama-quantize leaves patterns and the tied output aside when the base is a float.
  @Test func optionsHoldForFloatBasesToo() throws {
    let q8 = try Self.type("q8_0")
    let options = RecipeOptions(outputTensorType: q8, tensorTypes: [.init("attn_k", q8)])
    let tied = Self.model.filter { $0.name != "output.weight" }
    let found = try Self.decide("f16", tied, options)
    #expect(found["blk.2.attn_k.weight"]?.choice == .type(q8))
    #expect(found["token_embd.weight"]?.choice == .type(q8))
    #expect(found["blk.2.attn_q.weight"]?.choice == .type(Encoding(.f16)))
  }

  @Test func importanceIsDemandedWhereTheTypeNeedsIt() throws {
    let found = try Self.decide("iq2_xxs", Self.model, RecipeOptions(pure: true))
    // Its encoder cannot do without, whatever the tensor is for.
    #expect(found["token_embd.weight"]?.needsImportance == true)
    let medium = try Self.decide("iq2_m", Self.model, RecipeOptions(pure: true))
    #expect(medium["token_embd.weight"]?.needsImportance == false)
    #expect(medium["blk.0.attn_q.weight"]?.needsImportance == true)
    #expect(try Self.decide("q2_k_s")["blk.0.attn_q.weight"]?.needsImportance == true)
    #expect(try Self.decide("q2_k")["blk.0.attn_q.weight"]?.needsImportance == false)
    // Blocks that are there already are copied.
    let same = [Self.tensor("blk.0.ffn_up.weight", [256, 256], try Self.type("iq2_xxs"))]
    #expect(try Self.decide("iq2_xxs", same)["blk.0.ffn_up.weight"]?.needsImportance == false)
  }

  @Test func integersAndVectorsStay() throws {
    let tensors = [
      Self.tensor("blk.0.table.weight", [256, 256], Encoding(.i32)),
      Self.tensor("blk.0.thing.weight", [1, 1, 256]), Self.tensor("blk.0.thing.bias", [256, 256]),
      Self.tensor("blk.0.more.weight", []),
    ]
    for decision in try Self.decide("q4_k_m", tensors).values { #expect(decision.choice == .keep) }
  }

  @Test func namedTensorsOverrideEverythingButOptions() throws {
    let text = """
      recipe mine 1
        include q4_k_m

      tensors
        "output_norm.weight"   f16
        "blk.1.ffn_up.weight"  keep
        "blk.2.ffn_up.weight"  q3_K
      """
    let recipe = try Recipe(parsing: text, file: "mine.recipe")
    #expect(recipe.fileType == 15)
    let names = Self.model.map(\.name)
    func decide(_ options: RecipeOptions) throws -> [String: RecipeChoice] {
      let found = try recipe.assign(tensors: Self.model, facts: Self.facts, options: options)
      return Dictionary(uniqueKeysWithValues: zip(names, found.map(\.choice)))
    }
    let plain = try decide(RecipeOptions())
    #expect(plain["output_norm.weight"] == .type(Encoding(.f16)))
    #expect(plain["blk.1.ffn_up.weight"] == .keep)
    #expect(plain["blk.2.ffn_up.weight"] == .type(try Self.type("q3_K")))
    #expect(plain["blk.3.attn_v.weight"] == .type(try Self.type("q6_K")))
    let q5 = try Self.type("q5_0")
    let asked = try decide(RecipeOptions(tensorTypes: [.init("ffn_up", q5)]))
    #expect(asked["blk.2.ffn_up.weight"] == .type(q5))
    let error = #expect(throws: ArchitectureError.self) {
      try recipe.assign(tensors: [Self.model[0]], facts: Self.facts)
    }
    #expect(error?.code == .mismatch)
    #expect(error?.message.contains("no tensor 'output_norm.weight'") ?? false)
    #expect(error?.message.contains("blk.2.ffn_up.weight") ?? false)
  }

  @Test func writtenRecipesReplay() throws {
    let oracle = try #require(RecipeOracle.shared)
    for (name, model) in oracle.models {
      let tensors = model.tensors.map(\.value)
      let facts = model.facts(importance: false)
      for preset in ["iq2_m", "q4_k_m", "q2_k_s", "mxfp4_moe", "f16"] {
        let recipe = try #require(try Recipes.named(preset))
        let decisions = try recipe.assign(tensors: tensors, facts: facts)
        let text = Recipe.text(
          name: "saved", base: recipe.base, fileType: recipe.fileType, comments: ["budget: 4 GB"],
          tensors: zip(tensors.map(\.name), decisions.map(\.choice)).map { (name: $0, choice: $1) })
        let again = try Recipe(parsing: text, file: "saved.recipe")
        #expect(again.fileType == recipe.fileType)
        // Nothing of the model but its names matters any more.
        let replayed = try again.assign(tensors: tensors, facts: RecipeFacts())
        #expect(replayed.map(\.choice) == decisions.map(\.choice), "\(name) \(preset)")
      }
    }
  }

  @Test func aHundredThousandTensorsAreQuick() throws {
    let parts = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_down", "ffn_norm"]
    let tensors = (0..<100_000).map {
      Self.tensor("blk.\($0 / 6).\(parts[$0 % 6]).weight", [256, 256])
    }
    let clock = ContinuousClock()
    let recipe = try #require(try Recipes.named("q4_k_m"))
    let options = RecipeOptions(tensorTypes: [.init(#"blk\.(1|2)\.attn_v"#, try Self.type("q8_0"))])
    var decisions: [RecipeDecision] = []
    let plain = try clock.measure {
      decisions = try recipe.assign(tensors: tensors, facts: Self.facts)
    }
    let asked = try clock.measure {
      _ = try recipe.assign(tensors: tensors, facts: Self.facts, options: options)
    }
    var text = ""
    let writing = clock.measure {
      text = Recipe.text(
        name: "saved", base: recipe.base,
        tensors: zip(tensors.map(\.name), decisions.map(\.choice)).map { (name: $0, choice: $1) })
    }
    let reading = try clock.measure { _ = try Recipe(parsing: text, file: "saved.recipe") }
    // Optimised, each takes a fifth of a second; what is bounded here is a debug build on a busy machine.
    for (what, time) in [("plain", plain), ("asked", asked), ("text", writing), ("read", reading)] {
      print("100,000 tensors, \(what): \(time)")
      #expect(time < .seconds(60), "\(what)")
    }
  }
}
