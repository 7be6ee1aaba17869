import Testing

@testable import Conversion

/// Stages between documents plug into the search by being in the list, and nowhere else.
@Suite struct DocumentStageTests {
  private struct Pair: Hashable {
    let from: DocumentKind
    let to: DocumentKind
  }

  private static let kinds = Set(Stages.documents.flatMap { [$0.source, $0.target] })

  /// Everything that chains of these stages reach, found without the router.
  private func closure(_ stages: [any DocumentStage]) -> Set<Pair> {
    var result = Set<Pair>()
    for start in Self.kinds {
      var open = [start]
      var seen: Set<DocumentKind> = [start]
      while let kind = open.popLast() {
        for stage in stages where stage.source == kind && seen.insert(stage.target).inserted {
          open.append(stage.target)
        }
      }
      for end in seen { result.insert(Pair(from: start, to: end)) }
    }
    return result
  }

  /// Without a stage exactly the routes that need it fail, and say what is left; all others stay.
  @Test(arguments: Stages.documents.map(\.id)) func removal(of id: String) throws {
    let rest = Stages.documents.filter { $0.id != id }
    let (all, left) = (closure(Stages.documents), closure(rest))
    let (full, reduced) = (DocumentRouter(), DocumentRouter(stages: rest))
    #expect(try all.contains { try full.route(from: $0.from, to: $0.to).contains { $0.id == id } })
    for pair in all {
      let before = try full.route(from: pair.from, to: pair.to).map(\.id)
      if left.contains(pair) {
        let after = try reduced.route(from: pair.from, to: pair.to).map(\.id)
        #expect(!after.contains(id))
        if !before.contains(id) { #expect(after == before) }
      } else {
        #expect(before.contains(id))
        let error = #expect(throws: ConversionError.self) {
          try reduced.route(from: pair.from, to: pair.to)
        }
        #expect(error?.code == .noRoute)
        #expect(error?.exitStatus == .unsupported)
        let names = left.filter { $0.from == pair.from && $0.to != pair.from }.map(\.to.name)
        let text = names.isEmpty ? "nothing" : names.sorted().joined(separator: ", ")
        #expect(error?.message.hasSuffix("reachable from \(pair.from): \(text)") == true)
      }
    }
  }

  /// What a tokenizer's files go through on the way to GGUF's keys.
  @Test func tokenizersGoThroughStages() throws {
    func route(_ kind: String, _ target: DocumentKind) throws -> [String] {
      try DocumentRouter().route(from: DocumentKind(kind), to: target).map(\.id)
    }
    #expect(
      try route("tiktoken", .tokenizerKeys)
        == ["tiktoken-to-tokenizer-json", "read-tokenizer.json", "vocabulary-to-keys"])
    #expect(
      try route("tekken.json", .tokenizerKeys)
        == ["tekken.json-to-tokenizer-json", "read-tokenizer.json", "vocabulary-to-keys"])
    #expect(
      try route("tokenizer.json", .tokenizerKeys) == ["read-tokenizer.json", "vocabulary-to-keys"])
    #expect(try route("tiktoken", .tokenizerJSON) == ["tiktoken-to-tokenizer-json"])
    #expect(try route("tekken.json", .ranks).last == "tokenizer-json-to-tiktoken")
    #expect(
      try route("sentencepiece", .tokenizerJSON)
        == [
          "read-sentencepiece", "vocabulary-to-keys", "keys-to-tokenizer-files",
          "files-to-tokenizer-json",
        ])
    #expect(try route("wordpiece", .tokenizerKeys) == ["read-wordpiece", "vocabulary-to-keys"])
    #expect(
      try route("vocab-merges", .tokenizerJSON) == ["vocab-merges-to-tokenizer-json"])
  }

  @Test func everyStageHasOneIDAndLeadsElsewhere() {
    let ids = Stages.documents.map(\.id)
    #expect(Set(ids).count == ids.count)
    for stage in Stages.documents { #expect(stage.source != stage.target) }
  }
}
