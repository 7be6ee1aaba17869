import Architectures
import Documents
import Failures
import OrderedCollections
import Tensors
import Testing

/// Longrope: two lists of config.json are two tensors of a GGUF, and come back from them.
@Suite struct LongropeTests {
  static let long: [Float] = [1, 1.25, 2.5, 6.7]
  static let short: [Float] = [1, 1.05, 1.1, 1.15]
  static let config = """
    {
      "architectures": ["Phi3ForCausalLM"], "hidden_size": 16, "intermediate_size": 8,
      "max_position_embeddings": 1024, "num_attention_heads": 2, "num_hidden_layers": 1,
      "original_max_position_embeddings": 256, "tie_word_embeddings": true, "vocab_size": 4,
      "rope_scaling": {
        "type": "su", "long_factor": [1, 1.25, 2.5, 6.7], "short_factor": [1, 1.05, 1.1, 1.15]
      }
    }
    """
  static let tensors: OrderedDictionary<String, Shape> = [
    "model.embed_tokens.weight": [4, 16], "model.layers.0.input_layernorm.weight": [16],
    "model.layers.0.mlp.down_proj.weight": [16, 8],
    "model.layers.0.mlp.gate_up_proj.weight": [16, 16],
    "model.layers.0.post_attention_layernorm.weight": [16],
    "model.layers.0.self_attn.o_proj.weight": [16, 16],
    "model.layers.0.self_attn.qkv_proj.weight": [48, 16], "model.norm.weight": [16],
  ]

  static func reals(_ numbers: [Double]) -> JSONValue { .array(numbers.map(JSONValue.double)) }

  private func model(_ change: (inout JSONValue) -> Void = { _ in }) throws -> Model {
    let architecture = try #require(try Architectures.find(gguf: "phi3"))
    var config = try JSONValue.parse(Self.config)
    change(&config)
    return try architecture.instantiate(
      PlainHeader(dialect: .huggingface, config: config, tensors: Self.tensors))
  }

  /// The header of the GGUF that a model becomes.
  private func stored(_ model: Model) throws -> PlainHeader {
    var keys = try model.ggufKeys()
    keys["general.architecture"] = .string("phi3")
    var header = PlainHeader(dialect: .gguf, metadata: keys, tensors: [:])
    for tensor in model.stored(in: .gguf) {
      header.tensors[tensor.name] = tensor.shape
      if let values = tensor.derived { header.smallValues[tensor.name] = values }
    }
    return header
  }

  @Test func listsBecomeTensors() throws {
    let model = try model()
    let derived = model.stored(in: .gguf).filter { $0.derived != nil }
    #expect(derived.map(\.name) == ["rope_factors_long.weight", "rope_factors_short.weight"])
    #expect(derived.map(\.derived) == [Self.long, Self.short])
    let keys = try model.ggufKeys()
    #expect(keys["phi3.rope.scaling.original_context_length"] == .u32(256))
    #expect(keys["phi3.rope.scaling.type"] == nil)
    // sqrt(1 + ln 4 / ln 256) = sqrt(1.25)
    #expect(keys["phi3.rope.scaling.attn_factor"] == .f32(1.25.squareRoot().float))
    #expect(model.unknownConfigKeys == [])
    _ = try model.graph()
  }

  @Test func aGivenScaleCounts() throws {
    let given = try model { $0["rope_scaling"]?["attention_factor"] = .double(1.5) }
    #expect(try given.ggufKeys()["phi3.rope.scaling.attn_factor"] == .f32(1.5))
    let factor = try model { $0["rope_scaling"]?["factor"] = 1 }
    #expect(try factor.ggufKeys()["phi3.rope.scaling.attn_factor"] == .f32(1))
    let short = try model { $0["max_position_embeddings"] = 256 }
    #expect(try short.ggufKeys()["phi3.rope.scaling.attn_factor"] == .f32(1))
  }

  @Test func tensorsBecomeLists() throws {
    let header = try stored(try model())
    let architecture = try #require(try Architectures.find(gguf: "phi3"))
    let config = try architecture.instantiate(header).configuration()
    #expect(config["rope_parameters"]?["rope_type"]?.string == "longrope")
    #expect(config["rope_parameters"]?["long_factor"] == Self.reals([1, 1.25, 2.5, 6.7]))
    #expect(config["rope_parameters"]?["short_factor"] == Self.reals([1, 1.05, 1.1, 1.15]))
    #expect(config["original_max_position_embeddings"]?.int == 256)
    // A window's key of 0 means none: Transformers would take 0 for a width.
    #expect(header.metadata["phi3.attention.sliding_window"] == .u32(0))
    #expect(config["sliding_window"] == nil)
  }

  @Test func numbersThatCannotBeRead() throws {
    var header = try stored(try model())
    header.smallValues = [:]
    let architecture = try #require(try Architectures.find(gguf: "phi3"))
    do throws(ArchitectureError) {
      _ = try architecture.instantiate(header)
      Issue.record("accepted")
    } catch {
      #expect(error.code == .configuration)
      #expect(error.description.contains("'rope_factors_long.weight'"), "\(error)")
      #expect(error.description.contains("--config"))
    }
  }

  @Test func listsOfAnotherLength() throws {
    do {
      _ = try model { $0["rope_scaling"]?["long_factor"] = [1, 2, 3] }
      Issue.record("accepted")
    } catch let error as ArchitectureError {
      #expect(error.code == .configuration)
      #expect(error.description.contains("'rope.long' has 3 numbers"), "\(error)")
    }
  }

  @Test func numbersBeyond32Bits() throws {
    do {
      _ = try model { $0["rope_scaling"]?["long_factor"] = Self.reals([1, 2, 3, 1e300]) }
      Issue.record("accepted")
    } catch let error as ArchitectureError {
      #expect(error.code == .configuration)
      #expect(error.description.contains("'rope.long' holds 1e+300"), "\(error)")
    }
  }

  @Test func aFamilyWithoutTables() throws {
    let architecture = try #require(try Architectures.find(gguf: "gptneox"))
    let config: JSONValue = [
      "architectures": ["GPTNeoXForCausalLM"], "hidden_size": 16, "intermediate_size": 8,
      "num_attention_heads": 2, "num_hidden_layers": 0, "vocab_size": 4,
      "rope_scaling": ["rope_type": "longrope", "factor": 2],
    ]
    do throws(ArchitectureError) {
      _ = try architecture.instantiate(
        PlainHeader(dialect: .huggingface, config: config, tensors: [:]))
      Issue.record("accepted")
    } catch {
      #expect(error.code == .requirement)
      #expect(error.description.contains("longrope"), "\(error)")
    }
  }

  @Test func listedNeedsAList() throws {
    for (call, says) in [
      ("listed(width)", "needs a hyper-parameter of the type real[]"),
      ("listed(width, width)", "takes 1 arguments, found 2"),
      ("guessed(width)", "computes no tensor; there are llama3_factors, listed"),
    ] {
      let text = SmallArch.replacing(
        17, "  table  [4]  -  table.weight  = \(call)")
      do throws(ArchitectureError) {
        _ = try Architectures.parse(file: "small.arch", text: text)
        Issue.record("accepted \(call)")
      } catch { #expect(error.description.contains(says), "\(error)") }
    }
  }
}

extension Double {
  fileprivate var float: Float { Float(self) }
}
