import Architectures
import Checkpoints
import Testing

/// The numbers of `general.file_type`: recipes state theirs, GGUF's readers know them all.
struct FileTypeTests {
  @Test func recipesAndReadersAgree() throws {
    for recipe in try Recipes.all.get() {
      let number = try #require(recipe.fileType.flatMap(UInt32.init(exactly:)), "\(recipe.name)")
      #expect(GGUFFileType.numbered(number)?.name.lowercased() == recipe.name)
    }
  }
}
