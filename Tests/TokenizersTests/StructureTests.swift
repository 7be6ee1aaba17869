import Documents
import Testing
import Tokenizers
import _TestSupport

/// Real tokenizer.json files, their vocabularies taken out and a small one put in.
@Suite struct StructureTests {
  static let structures: [(name: String, entry: JSONValue)] = {
    guard let bytes = try? Golden.bytes("Tokenizers/structures/structures.json"),
      let root = try? JSONValue.parse(bytes).object
    else { return [] }
    return root.map { ($0, $1) }
  }()

  @Test func nameOfThePreTokenizer() throws {
    #expect(Self.structures.count == 6)
    for (name, entry) in Self.structures {
      var file = try #require(entry["tokenizer"])
      var model = try #require(file["model"])
      if model["type"] == "Unigram" {
        model["vocab"] = [["<unk>", 0], ["\u{2581}", -1], ["a", -2]]
        model["unk_id"] = 0
      } else {
        model["vocab"] = ["a": 0, "b": 1, "ab": 2]
        if model["type"] == "BPE" { model["merges"] = [["a", "b"]] }
      }
      file["model"] = model
      let vocabulary = try TokenizerFormats.read(
        TokenizerSource(files: ["tokenizer.json": file.bytes()]))
      #expect(vocabulary.preTokenizer == entry["pre"]?.string, "\(name)")
    }
  }
}
