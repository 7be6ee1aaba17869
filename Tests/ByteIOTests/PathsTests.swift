import ByteIO
import Testing

@Suite struct PathsTests {
  @Test(arguments: [
    ("a/b/c.gguf", "a/b", "c.gguf", "gguf"), ("c.GGUF", ".", "c.GGUF", "gguf"),
    ("/c", "/", "c", ""), ("a/b/", "a", "b", ""), (".hidden", ".", ".hidden", ""),
    ("model.safetensors.index.json", ".", "model.safetensors.index.json", "json"),
  ])
  func partsOfAPath(_ path: String, _ parent: String, _ name: String, _ ending: String) {
    #expect(Paths.parent(path) == parent)
    #expect(Paths.name(path) == name)
    #expect(Paths.ending(path) == ending)
  }
}
