import Failures
import Foundation
import Tensors
import Testing
import _TestSupport

@testable import Architectures

@Suite struct RecipeLanguageTests {
  static let lines = """
    recipe small 1
      type q4_K
      include parts

    fallback
      q4_K -> q4_0

    importance
      iq2_s

    rules
      values  q6_K if more_bits(i, count) else q5_K
      any     keep if rows < 8

    tensors
      "a.weight"  f16
    """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)

  static func parse(_ line: Int, _ replacement: String) throws(ArchitectureError) -> Recipe {
    var copy = lines
    copy[line - 1] = replacement
    return try Recipe(parsing: copy.joined(separator: "\n") + "\n", file: "x.recipe") { part($0) }
  }

  static func part(_ name: String) -> (file: String, text: String)? {
    switch name {
    case "parts": (name, "categories\n  values \"*v.weight*\"\n\nkeep\n  \"*norm*\"\n")
    case "selfish": (name, "rules\n  include loop\n")
    case "loop": (name, "# a part\nrules\n  include selfish\n")
    case "broken": (name, "keep\n  nothing\n")
    case "many": (name, "rules\n" + String(repeating: "  any q4_0\n", count: 600))
    case "bush":
      (name, "rules\n" + String(repeating: "  include twig\n", count: 70))
    case "twig": (name, "rules\n  any q4_0\n")
    case "base": (name, "recipe base 1\n  also other\n  type q8_0\n  file_type 99\n")
    default: nil
    }
  }

  static let cases: [Broken] = [
    // lexis
    Broken(2, "\ttype q4_K", "x.recipe:2:1", "syntax", "a tab"),
    Broken(2, "  type q4_K\r", "x.recipe:2:12", "syntax", "carriage return"),
    Broken(2, "   type q4_K", "x.recipe:2:4", "syntax", "expected 2 spaces"),
    Broken(16, "  \"a.weight f16", "x.recipe:16:3", "syntax", "never closed"),
    Broken(16, "  \"a\\x\" f16", "x.recipe:16:3", "syntax", "a backslash stands only"),
    Broken(16, "  \"a\\u{D800}\" f16", "x.recipe:16:3", "syntax", "a backslash stands only"),
    Broken(16, "  \"é\" f17", "x.recipe:16:7", "name", "did you mean 'f16'"),
    // the head
    Broken(1, "recipes small 1", "x.recipe:1:1", "syntax", "'recipe NAME LEVEL'"),
    Broken(1, "recipe small 2", "x.recipe:1:14", "level", "levels up to 1"),
    Broken(1, "recipe small one", "x.recipe:1:14", "syntax", "language level"),
    Broken(1, "recipe small", "x.recipe:1:13", "syntax", "language level"),
    Broken(2, "", "x.recipe:1:1", "syntax", "no line 'type'"),
    Broken(2, "  typ q4_K", "x.recipe:2:3", "name", "did you mean 'type'"),
    Broken(2, "  type q4_L", "x.recipe:2:8", "name", "did you mean 'q4_0'"),
    Broken(2, "  type q8_1", "x.recipe:2:8", "name", "no type that a recipe can give"),
    Broken(2, "  type i32", "x.recipe:2:8", "name", "no type that a recipe can give"),
    Broken(2, "  type q4_K q4_0", "x.recipe:2:13", "syntax", "end of the line"),
    Broken(3, "  type q4_0", "x.recipe:3:3", "name", "twice in the head"),
    Broken(4, "  file_type many", "x.recipe:4:13", "syntax", "expected a number"),
    Broken(4, "  file_type -1", "x.recipe:4:13", "syntax", "expected a number"),
    Broken(4, "  include nothing", "x.recipe:4:11", "name", "no part or recipe 'nothing'"),
    Broken(4, "  include", "x.recipe:4:10", "syntax", "name of a part"),
    Broken(4, "  include broken", "broken:2:3", "syntax", "expected a pattern of names"),
    Broken(4, "  include loop", "selfish:2:11", "check", "loop -> selfish -> loop"),
    Broken(4, "  include bush", "bush:64:11", "limit", "at most 64 parts"),
    Broken(4, "  include many many", "many:402:3", "limit", "at most 1000 rules"),
    // sections
    Broken(5, "fallbak", "x.recipe:5:1", "name", "did you mean 'fallback'"),
    Broken(5, "fallback now", "x.recipe:5:10", "syntax", "end of the line"),
    Broken(6, "  q4_K q4_0", "x.recipe:6:12", "syntax", "expected a type"),
    Broken(6, "  q4_0 -> q4_K", "x.recipe:6:3", "check", "shorter blocks"),
    Broken(6, "  q4_K q4_K -> q4_0", "x.recipe:6:8", "name", "stands twice"),
    Broken(9, "  iq2_s when tied", "x.recipe:9:9", "name", "no type"),
    Broken(9, "  iq2_s if tiedd", "x.recipe:9:12", "name", "did you mean 'tied'"),
    Broken(11, "keep", "x.recipe:12:3", "syntax", "expected a pattern of names"),
    Broken(11, "categories", "x.recipe:12:3", "name", "stands twice"),
    Broken(11, "file_types", "x.recipe:12:3", "name", "no type"),
    // rules
    Broken(12, "  value   q6_K", "x.recipe:12:3", "name", "did you mean 'values'"),
    Broken(12, "  values  q6_KK", "x.recipe:12:11", "name", "did you mean 'q6_K'"),
    Broken(12, "  values", "x.recipe:12:9", "syntax", "expected a type"),
    Broken(12, "  values  q6_K unless tied", "x.recipe:12:16", "syntax", "end of the line"),
    Broken(12, "  values  q6_K else q5_K", "x.recipe:12:16", "syntax", "end of the line"),
    Broken(12, "  values  q6_K if", "x.recipe:12:18", "syntax", "expected a condition"),
    Broken(12, "  values  q6_K if gqaa > 4", "x.recipe:12:19", "name", "did you mean 'gqa'"),
    Broken(12, "  values  q6_K if gqa", "x.recipe:12:19", "check", "compare it"),
    Broken(12, "  values  q6_K if gqa > type", "x.recipe:12:25", "check", "is no number"),
    Broken(12, "  values  q6_K if gqa > 1.5", "x.recipe:12:19", "check", "whole number"),
    Broken(12, "  values  q6_K if i / n > 4", "x.recipe:12:19", "check", "above 0"),
    Broken(12, "  values  q6_K if i / 0 > 4", "x.recipe:12:19", "check", "above 0"),
    Broken(12, "  values  q6_K if i % 0 > 4", "x.recipe:12:19", "check", "above 0"),
    Broken(12, "  values  q6_K if i + 1", "x.recipe:12:19", "check", "expected a condition"),
    Broken(
      12, "  values  q6_K if less_bits(i, count)", "x.recipe:12:19", "name", "there is more_bits"),
    Broken(12, "  values  q6_K if more_bits(i)", "x.recipe:12:19", "check", "two numbers"),
    Broken(12, "  values  q6_K if type == q4_Q", "x.recipe:12:27", "name", "did you mean"),
    Broken(
      12, "  values  q6_K if category == valuse", "x.recipe:12:31", "name", "did you mean 'values'"),
    Broken(12, "  values  q6_K if layers in [3]", "x.recipe:12:19", "check", "before 'in'"),
    Broken(12, "  values  q6_K if type in [3]", "x.recipe:12:19", "check", "expected words"),
    Broken(
      12, "  values  q6_K if " + String(repeating: "(", count: 40) + "tied", "x.recipe:12:51",
      "limit", "32 deep"),
    Broken(
      12, "  values  q6_K if tied" + String(repeating: " or tied", count: 60), "x.recipe:12:19",
      "limit", "400 columns"),
    Broken(
      12, "  values  " + String(repeating: "q", count: 257), "x.recipe:12:11", "syntax", "256 bytes"
    ),
    Broken(
      12, "  \"" + String(repeating: "q", count: 65_536) + "\" q4_K", "x.recipe:12:3", "syntax",
      "65535 bytes"),
    // tensors
    Broken(16, "  a.weight  f16", "x.recipe:16:3", "syntax", "name in quotes"),
    Broken(16, "  \"a.weight\"  f17", "x.recipe:16:15", "name", "did you mean 'f16'"),
    Broken(15, "tensors\n  \"a.weight\" f32", "x.recipe:17:3", "name", "stands twice"),
  ]

  @Test(arguments: cases) func defectsAreNamed(_ broken: Broken) {
    let error = #expect(throws: ArchitectureError.self) {
      try Self.parse(broken.line, broken.text)
    }
    #expect(error?.place.description == broken.place, "\(error?.description ?? "")")
    #expect(error?.code.name == broken.code, "\(error?.description ?? "")")
    #expect(error?.message.contains(broken.says) ?? false, "\(error?.description ?? "")")
  }

  @Test func allDefectsOfAFileAreListed() {
    let error = #expect(throws: ArchitectureError.self) {
      try Recipe(
        parsing: "recipe x 1\n  type q4_9\n\nrules\n  vlaues q4_K\n  any q4_Z\n", file: "x.recipe")
    }
    for place in [":2:8", ":5:3", ":6:7"] {
      #expect(error?.description.contains("x.recipe\(place)") ?? false, "\(place)")
    }
  }

  @Test func emptyFilesAreRefused() {
    for text in ["", "\n\n", "# nothing\n"] {
      let error = #expect(throws: ArchitectureError.self) {
        try Recipe(parsing: text, file: "x.recipe")
      }
      #expect(error?.message.contains("empty file") ?? false)
    }
  }

  @Test func filesOfMoreThanTheCapAreRefused() {
    let text = String(repeating: "#", count: (64 << 20) + 1)
    let error = #expect(throws: ArchitectureError.self) {
      try Recipe(parsing: text, file: "x.recipe")
    }
    #expect(error?.code == .limit)
  }

  @Test func namesOfAnyKindAreReadBack() throws {
    let names = [
      "a b", "quote\"", "back\\slash", "line\nend", "ü#*", "\u{1}", "\u{e9}", "e\u{301}", "",
    ]
    for name in names {
      let text = Recipe.text(
        name: "my recipe", base: Encoding(.f16), comments: ["by # me\nand you"],
        tensors: [(name: name, choice: .type(Encoding(.bf16)))])
      let recipe = try Recipe(parsing: text, file: "x.recipe")
      let tensor = RecipeTensor(name: name, shape: [4, 4], encoding: Encoding(.f32))
      let decision = try recipe.assign(tensors: [tensor], facts: RecipeFacts())
      #expect(decision.first?.choice == .type(Encoding(.bf16)), "\(name)")
      #expect(recipe.name == "my_recipe")
    }
  }

  @Test func anIncludedRecipeGivesWhatTheFileLeavesOpen() throws {
    let inherits = try Recipe(parsing: "recipe x 1\n  include base\n", file: "x") { Self.part($0) }
    #expect(inherits.base.name == "q8_0")
    #expect(inherits.fileType == 99)
    #expect(inherits.name == "x")
    #expect(inherits.aliases.isEmpty)
    let replaces = try Recipe(
      parsing: "recipe x 1\n  type q5_1\n  include base\n", file: "x"
    ) { Self.part($0) }
    #expect(replaces.base.name == "q5_1")
    #expect(replaces.fileType == nil)
  }

  @Test func namesThatLookAlikeAreTwo() throws {
    let text = Recipe.text(
      name: "x", base: Encoding(.f16),
      tensors: [
        (name: "\u{e9}", choice: .type(Encoding(.bf16))),
        (name: "e\u{301}", choice: .type(Encoding(.f32))),
      ])
    let recipe = try Recipe(parsing: text, file: "x.recipe")
    let found = try recipe.assign(
      tensors: ["\u{e9}", "e\u{301}"].map { RecipeAssignTests.tensor($0) }, facts: RecipeFacts())
    #expect(found.map(\.choice.description) == ["bf16", "f32"])
  }

  @Test func readingStopsAfterTooManyDefects() {
    let many = "recipe x 1\n  type q4_K\nrules\n" + String(repeating: "  any q\n", count: 5000)
    let error = #expect(throws: ArchitectureError.self) {
      try Recipe(parsing: many, file: "x.recipe")
    }
    #expect(error?.message.contains("and 949 more") ?? false)
    let tabs = String(repeating: "\t\n", count: 5000)
    #expect(throws: ArchitectureError.self) { try Recipe(parsing: tabs, file: "x.recipe") }
  }

  @Test func oneTypeMakesARecipe() throws {
    for (name, number) in [("q5_1", 9), ("nvfp4", 39), ("f16", 1), ("q4_K", 15), ("q1_0", 40)] {
      let recipe = try Recipe.single(try #require(Encoding.recipeType(name)))
      #expect(recipe.base.name == name)
      #expect(recipe.fileType == number)
      let tensor = RecipeTensor(
        name: "blk.0.attn_v.weight", shape: [256, 256], encoding: Encoding(.f32))
      let decisions = try recipe.assign(tensors: [tensor], facts: RecipeFacts(experts: 8))
      #expect(decisions.first?.choice.encoding?.name == name)
    }
    let stored = Encoding(name: "q8_1", blockElements: 32, blockBits: 288)
    let error = #expect(throws: ArchitectureError.self) { try Recipe.single(stored) }
    #expect(error?.code == .name)
    #expect(error?.message.contains("q8_1") ?? false)
  }
}

/// The page for users shows a recipe that works.
@Suite struct RecipePageTests {
  @Test func theExampleIsARecipe() throws {
    let page = try String(
      contentsOf: Golden.root.appending(path: "Documentation/Adding-a-recipe.md"), encoding: .utf8)
    let block = page.split(separator: "```").dropFirst().first.map(String.init) ?? ""
    let text = block.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("   ") ? $0.dropFirst(3) : $0 }.joined(separator: "\n")
    let recipe = try Recipe(parsing: text, file: "mine.recipe")
    #expect(recipe.name == "mine")
    #expect(recipe.fileType == 15)
    let types = try recipe.assign(
      tensors: ["attn_v", "attn_q", "ffn_down", "ffn_up_shexp"].map {
        RecipeAssignTests.tensor("blk.5.\($0).weight")
      }, facts: RecipeFacts(layers: 8)
    ).map(\.choice.description)
    #expect(types == ["q8_0", "q4_K", "q6_K", "q6_K"])
  }

  @Test func theLanguageIsDescribedInFull() throws {
    let page = try String(
      contentsOf: Golden.root.appending(path: "Documentation/Adding-a-recipe.md"), encoding: .utf8)
    let words =
      RecipeNumber.allCases.map(\.rawValue) + RecipeTruth.allCases.map(\.rawValue)
      + RecipeWord.allCases.map(\.rawValue) + RecipeParser.Section.words
    for word in words { #expect(page.contains("`\(word)`"), "\(word)") }
  }
}
