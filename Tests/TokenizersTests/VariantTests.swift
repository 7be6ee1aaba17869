import Documents
import Testing
import Tokenizers

@Suite struct VariantTests {
  @Test func explore() throws {
    for variant in GoldenVariant.fixtures + GoldenVariant.variants {
      do {
        let vocabulary = try TokenizerFormats.read(variant.source)
        let keys = try vocabulary.ggufKeys(length: variant.length)
        guard let wanted = variant.keys else { print("NOERR", variant.name); continue }
        let found = differences(keys.metadata, wanted)
        print(
          found.isEmpty ? "same " : "DIFF ", variant.name, found.prefix(6), found.count,
          Array(keys.metadata.keys) == Array(wanted.keys) ? "" : "order", keys.notes)
        let back = try HuggingFaceTokenizerFiles.make(fromGGUF: keys.metadata)
        let again = try TokenizerFormats.read(
          TokenizerSource(files: Dictionary(uniqueKeysWithValues: back.files.map { ($0, $1) }), config: .object(back.configuration)))
        let round = try again.ggufKeys(length: variant.length)
        let roundDiff = differences(round.metadata, keys.metadata)
        if !roundDiff.isEmpty { print("   ROUND", variant.name, roundDiff.prefix(5), roundDiff.count) }
      } catch {
        print("THROW", variant.name, variant.keys == nil, error)
      }
    }
  }
}
