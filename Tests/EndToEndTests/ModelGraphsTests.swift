import Foundation
import Lathe
import OrderedCollections
import Testing
import _TestSupport

/// The forward pass of every checkpoint below Golden/Models fits its tensors.
@Suite struct ModelGraphsTests {
  @Test(arguments: ModelCase.all)
  func graphsBuild(model: ModelCase) throws {
    let folder = try TemporaryFolder()
    let path = try model.unpack(into: folder)
    let data = try #require(FileManager.default.contents(atPath: "\(path)/config.json"))
    var shapes = OrderedDictionary<String, Shape>()
    for tensor in try SourceCheckpoint(path).reader.tensors { shapes[tensor.name] = tensor.shape }
    let header = PlainHeader(
      dialect: .huggingface, config: try JSONValue.parse(Array(data)), tensors: shapes)
    let described = try Architectures.find(for: header).instantiate(header)
    #expect(described.unknownConfigKeys == [])
    for name in described.architecture.graphs.keys {
      #expect(!(try described.graph(name).outputs.isEmpty))
    }
  }
}
