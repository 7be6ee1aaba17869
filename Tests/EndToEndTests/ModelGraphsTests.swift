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
    var encodings: [String: Encoding] = [:]
    for tensor in try SourceCheckpoint(path).withPackings().reader.tensors {
      shapes[tensor.name] = tensor.shape
      encodings[tensor.name] = tensor.encoding
    }
    var header = PlainHeader(
      dialect: .huggingface, config: try JSONValue.parse(Array(data)), tensors: shapes)
    header.encodings = encodings
    let described = try Architectures.find(for: header).instantiate(header)
    #expect(described.unknownConfigKeys == [])
    for name in described.architecture.graphs.keys {
      #expect(!(try described.graph(name).outputs.isEmpty))
    }
  }
}
