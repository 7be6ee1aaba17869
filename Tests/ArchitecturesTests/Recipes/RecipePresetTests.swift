import Failures
import Testing
import _TestSupport

@testable import Architectures

/// Every preset of llama-quantize gives every tensor the type that llama-quantize gives it.
@Suite struct RecipePresetTests {
  @Test func everyPresetIsHere() throws {
    let oracle = try #require(RecipeOracle.shared)
    let presets = Set(oracle.cases.map(\.preset))
    #expect(presets.count == 35)
    #expect(presets.isSubset(of: Recipes.names))
    for recipe in try Recipes.all.get() {
      #expect("Recipes/\(recipe.name).recipe" == recipe.file)
      #expect(recipe.fileType != nil)
      #expect(Set(recipe.aliases) == Set(Recipes.aliases.filter { $1 == recipe.name }.keys))
    }
  }

  @Test(arguments: Set(RecipeOracle.shared?.cases.map(\.preset) ?? []).sorted())
  func typesAreThePeers(_ name: String) throws {
    let oracle = try #require(RecipeOracle.shared)
    let recipe = try #require(try Recipes.named(name))
    var seen = 0
    for oneCase in oracle.cases where oneCase.preset == name {
      seen += 1
      let model = try #require(oracle.models[oneCase.model])
      let tensors = model.tensors.map(\.value)
      let facts = model.facts(importance: oneCase.importance)
      let options = try oneCase.recipeOptions()
      guard let expected = oracle.types(oneCase) else {
        // The peer stops where a type has no replacement.
        let error = #expect(throws: ArchitectureError.self, "\(oneCase)") {
          try recipe.assign(tensors: tensors, facts: facts, options: options)
        }
        #expect(error?.code == .unfitting, "\(oneCase): \(String(describing: error))")
        continue
      }
      let decisions = try recipe.assign(tensors: tensors, facts: facts, options: options)
      for (index, decision) in decisions.enumerated() {
        let found = decision.choice.encoding ?? tensors[index].encoding
        let wanted = expected[index]
        if found.name.lowercased() != wanted {
          Issue.record("\(oneCase): \(tensors[index]): \(found), expected \(wanted)")
          break
        }
      }
      if !oneCase.importance, let needs = oneCase.needs {
        // The peer exempts tables that are looked up, whose encoder then aborts.
        let demanded = zip(decisions, tensors).contains {
          $0.needsImportance && !["token_embd.weight", "output.weight"].contains($1.name)
            && $1.name != "per_layer_token_embd.weight"
        }
        #expect(demanded == needs, "\(oneCase)")
      }
    }
    #expect(seen >= 58)
  }

  @Test func orderOfTensorsDoesNotMatter() throws {
    let oracle = try #require(RecipeOracle.shared)
    for name in ["llama-gqa2", "mixtral", "falcon-60", "deepseek2"] {
      let model = try #require(oracle.models[name])
      let tensors = model.tensors.map(\.value)
      var generator = SplitMix(state: 7)
      let shuffled = Array(tensors.enumerated()).shuffled(using: &generator)
      for preset in ["q4_k_m", "q3_k_m", "iq2_m", "iq3_xs", "q2_k_s", "mxfp4_moe"] {
        let recipe = try #require(try Recipes.named(preset))
        let facts = model.facts(importance: true)
        let straight = try recipe.assign(tensors: tensors, facts: facts)
        let mixed = try recipe.assign(tensors: shuffled.map(\.element), facts: facts)
        for (position, item) in shuffled.enumerated() {
          #expect(mixed[position] == straight[item.offset], "\(recipe.name) \(item.element.name)")
        }
      }
    }
  }

  @Test func aliasesAndAnyCaseAreFound() throws {
    #expect(try Recipes.named("Q4_K_M")?.name == "q4_k_m")
    #expect(try Recipes.named("Q4_K")?.name == "q4_k_m")
    #expect(try Recipes.named("q3_k")?.name == "q3_k_m")
    #expect(try Recipes.named("q5_K")?.name == "q5_k_m")
    #expect(try Recipes.named("q7_k") == nil)
    #expect(try Recipes.named("common") == nil)
    #expect(try Recipes.named("../architectures/llama") == nil)
  }
}

/// A small generator, so that shuffles repeat.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
