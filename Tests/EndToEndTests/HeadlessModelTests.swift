import Foundation
import Lathe
import Testing
import _TestSupport

/// Checkpoints of a bare model, without a head and without the prefix of those that have one.
@Suite struct HeadlessModelTests {
  @Test(arguments: [
    ("gpt2/gpt2", "GPT2Model", "transformer."), ("variants/gemma", "GemmaModel", "model."),
    ("gemma2/gemma2", "Gemma2Model", "model."), ("mamba/mamba", "MambaModel", "backbone."),
  ])
  func theSameTensors(path: String, className: String, prefix: String) throws {
    let folder = try TemporaryFolder()
    let model = try ModelCase(path: path).unpack(into: folder)
    try Conversion.run(model, folder.path("with.gguf"))
    let file = model + "/model.safetensors"
    let content = try SmallFiles.read(file)
    let bare = content.tensors.values.map { tensor in
      var tensor = tensor
      #expect(tensor.name.hasPrefix(prefix))
      tensor.name.removeFirst(prefix.count)
      return tensor
    }.sorted { $0.name < $1.name }
    try Data(SmallFiles.safetensors(bare, metadata: content.metadata))
      .write(to: URL(filePath: file))
    try ModelCase.change(model, "architectures", "[\"\(className)\"]")
    try Conversion.run(model, folder.path("without.gguf"))
    let found = try Content(folder.path("without.gguf")).tensors
    #expect(found == (try Content(folder.path("with.gguf")).tensors))
    let original = try Content(model).tensors
    let back = try Conversion.run(folder.path("without.gguf"), folder.path("back"))
    #expect(back.lost.isEmpty)
    #expect(try Content(folder.path("back")).tensors == original)
    let classes = try ModelCase.setting(folder.path("back"), "architectures")
    #expect(classes == [.string(className)])
  }
}
