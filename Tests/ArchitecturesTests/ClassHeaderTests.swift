import Architectures
import Documents
import OrderedCollections
import Tensors
import Testing
import _TestSupport

/// Classes and configurations of which there is no checkpoint: Transformers' names and shapes, both ways.
@Suite struct ClassHeaderTests {
  struct Class: CustomStringConvertible, Sendable {
    let name: String
    let header: PlainHeader
    var description: String { name }
    var className: String { header.config?["architectures"]?[0]?.string ?? "" }
  }

  static let classes: [Class] = {
    guard let bytes = try? Golden.bytes("Architectures/classes.json"),
      let found = try? JSONValue.parse(bytes)["classes"]?.object
    else { return [] }
    return found.map { name, value in
      var tensors = OrderedDictionary<String, Shape>()
      for (name, axes) in value["tensors"]?.object ?? [:] {
        tensors[name] = Shape((axes.array ?? []).compactMap(\.int))
      }
      return Class(
        name: name,
        header: PlainHeader(dialect: .huggingface, config: value["config"], tensors: tensors))
    }
  }()

  /// What the plan says of a GGUF: the beginning of each sentence, and whether it refuses.
  static let limits: [String: [(start: String, refuses: Bool)]] = [
    "phi2-tied": [("tied embeddings", false)],
    "phi2-qk-norm": [("norms of queries and keys", true)],
    "phi2-relu": [("llama.cpp's phi2 always uses gelu", true)],
    "gptneox-tied": [("tied embeddings", false)],
    "gptneox-no-bias": [("no attention biases", false)],
    "distilbert-sequences": [("the head's relu", true)],
    "distilbert-two": [("the head's relu", true)],
  ]

  private func model(_ item: Class) throws -> Model {
    let architecture = try #require(try Architectures.find(class: item.className))
    return try architecture.instantiate(item.header)
  }

  @Test func thereAreClasses() {
    #expect(Self.classes.count >= 20)
    #expect(Set(Self.classes.map(\.name)).isSuperset(of: Self.limits.keys))
  }

  @Test(arguments: classes)
  func everyNameAndKeyIsKnown(_ item: Class) throws {
    let model = try model(item)
    #expect(model.unknownConfigKeys == [])
    #expect(model.omitted == [])
    #expect(Set(model.stored(in: .huggingface).map(\.name)) == Set(item.header.tensors.keys))
    for name in model.architecture.graphs.keys { _ = try model.graph(name) }
    #expect(model.configuration() == item.header.config)
  }

  @Test(arguments: classes)
  func limitsAreStated(_ item: Class) throws {
    let found = try model(item).limits(for: .gguf)
    let expected = Self.limits[item.name] ?? []
    #expect(found.count == expected.count)
    for (notice, wanted) in zip(found, expected) {
      #expect(notice.message.hasPrefix(wanted.start) && notice.isLossy == wanted.refuses)
    }
  }

  /// From its GGUF, the class's own names and shapes but for what is lost.
  @Test(arguments: classes)
  func wayBack(_ item: Class) throws {
    let model = try model(item)
    guard !model.architecture.gguf.isEmpty else { return }
    // What a GGUF holds only by force, without its tensors, does not come back.
    if !model.lost(in: .gguf).isEmpty, model.limits(for: .gguf).contains(where: \.isLossy) {
      return
    }
    var keys = try model.ggufKeys()
    keys["general.architecture"] = .string(model.architecture.gguf)
    var header = PlainHeader(
      dialect: .gguf, config: item.header.config, metadata: keys, tensors: [:])
    for tensor in model.stored(in: .gguf) { header.tensors[tensor.name] = tensor.shape }
    let found = try Architectures.find(for: header)
    #expect(found.name == model.architecture.name)
    var expected = item.header.tensors
    for lost in model.lost(in: .gguf) { expected[lost.name] = nil }
    // A class whose head a GGUF does not hold comes back as the family's first class.
    let isWhole = expected.count == item.header.tensors.count
    let back = try found.instantiate(header, class: isWhole ? item.className : found.classes.first)
    var names = OrderedDictionary<String, Shape>()
    for tensor in back.stored(in: .huggingface) { names[tensor.name] = tensor.shape }
    let prefix = isWhole ? "" : model.architecture.prefixes.first ?? ""
    let mapped = expected.map { ($0.key.replacing(prefix, with: "", maxReplacements: 1), $0.value) }
    for (name, shape) in isWhole ? expected.map({ ($0.key, $0.value) }) : mapped {
      let other = name.replacing("lm_head.weight", with: "embed_out.weight")
      #expect(names[name] == shape || names[other] == shape, "\(name)")
    }
    #expect(names.count == expected.count)
    #expect(try back.ggufKeys() == model.ggufKeys())
  }
}
