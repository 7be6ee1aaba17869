import Architectures
import Documents
import Failures
import Foundation
import OrderedCollections
import Tensors
import Testing
import _TestSupport

@Suite struct InstantiationTests {
  static let config: JSONValue = [
    "architectures": ["SmallModel"], "num_layers": 2, "hidden": 4, "vocab": 8,
  ]
  static var tensors: OrderedDictionary<String, Shape> {
    [
      "embed.weight": [8, 4], "layers.0.up.weight": [8, 4], "layers.0.down.weight": [4, 8],
      "layers.1.up.weight": [8, 4], "layers.1.down.weight": [4, 8],
    ]
  }

  static func header(_ change: (inout PlainHeader) -> Void = { _ in }) -> PlainHeader {
    var header = PlainHeader(dialect: .huggingface, config: config, tensors: tensors)
    change(&header)
    return header
  }

  static func failure(
    _ header: PlainHeader, _ text: String = SmallArch.text, class name: String? = nil
  ) -> ArchitectureError? {
    do throws(ArchitectureError) {
      let architecture = try Architectures.parse(file: "small.arch", text: text)
      _ = try architecture.instantiate(header, class: name)
      return nil
    } catch { return error }
  }

  @Test func aSoundHeader() throws {
    let architecture = try Architectures.parse(file: "small.arch", text: SmallArch.text)
    let model = try architecture.instantiate(Self.header())
    #expect(model["layers"] == .int(2))
    #expect(model["kind"] == .text("red"))
    #expect(model["absent"] == nil)
    #expect(model.isGiven("layers") && !model.isGiven("kind"))
    #expect(
      model.tensors.map(\.fullName) == [
        "embedding", "block.0.up", "block.0.down", "block.1.up", "block.1.down",
      ])
    let up = try #require(model.source("layers.1.up.weight"))
    #expect(up.canonicalNames(in: model) == ["block.1.up"])
    #expect(try model.evaluate(.binary(.times, .name("layers"), .name("width"))) == .int(8))
    #expect(Array(try model.ggufKeys().keys) == ["small.block_count", "small.width", "small.kind"])
    #expect(model.stored(in: .gguf)[1].layout.steps == [LayoutStep("interleave_rope", [2])])
  }

  @Test func missingParametersNameTheirPaths() throws {
    let header = Self.header {
      $0.config?["num_layers"] = nil
      $0.config?["hidden"] = .null
    }
    let error = try #require(Self.failure(header))
    #expect(error.code == .configuration)
    #expect(
      error.description.contains(
        "small.arch:6:3: 'layers' is missing: config.json has none of num_layers"))
    #expect(
      error.description.contains(
        "small.arch:7:3: 'width' is missing: config.json has none of hidden"))
    let llama = try #require(try Architectures.find(class: "LlamaForCausalLM"))
    var item = try HeaderCase("llama-spm-gqa").header
    item.config?["hidden_size"] = nil
    do throws(ArchitectureError) {
      _ = try llama.instantiate(item)
      Issue.record("accepted")
    } catch { #expect(error.description.contains("none of hidden_size")) }
  }

  @Test func valuesOfWrongTypes() throws {
    for (key, value) in [("num_layers", "two"), ("kind", "green"), ("vocab", true)]
      as [(String, JSONValue)]
    {
      let error = try #require(Self.failure(Self.header { $0.config?[key] = value }))
      #expect(error.description.contains("(\(key) of config.json)"), "\(error)")
    }
    let listed = try #require(Self.failure(Self.header { $0.config?["kind"] = "green" }))
    #expect(listed.description.contains("the description knows red, blue"))
    #expect(listed.code == .mismatch)
    let object = try #require(Self.failure(Self.header { $0.config?["hidden"] = ["a": 1] }))
    #expect(object.description.contains("hidden of config.json is"))
    let negative = try #require(Self.failure(Self.header { $0.config?["num_layers"] = -1 }))
    #expect(negative.code == .limit)
    let huge = try #require(Self.failure(Self.header { $0.config?["num_layers"] = 1_000_000_000 }))
    #expect(huge.code == .limit)
    let wide = Self.header { $0.config?["hidden"] = .int(Int.max / 2) }
    #expect(Self.failure(wide)?.description.contains("beyond 64 bits") == true)
  }

  @Test func arithmeticIsChecked() throws {
    for (clause, says) in [
      ("= width / 3", "4 / 3 does not divide exactly"), ("= width / 0", "4 / 0"),
      ("= 9223372036854775807 + width", "beyond 64 bits"),
      ("= sqrt(0 - width)", "sqrt of -4"), ("= floor(1e30)", "floor is not defined for 1e+30"),
      ("= log(0)", "log of 0"),
      ("= width in 3 ? 1 : 2", "expected a list"),
      ("= width ? 1 : 2", "expected true or false"),
      ("= extra", "need one another: extra -> extra"),
      ("= other + 1", "extra -> other -> extra"), ("= 1.5", "'extra' is int, found 1.5"),
      ("= kind < 2", "needs two numbers"),
    ] {
      var lines = SmallArch.lines
      lines[10] = "  extra    int   -   .extra  \(clause)\n  other  int  -  .other  = extra + 1"
      let error = try #require(Self.failure(Self.header(), lines.joined(separator: "\n")))
      #expect(error.description.contains(says), "\(error)")
      #expect(error.place.line == 11 || error.place.line == 12)
    }
  }

  @Test func expressionsMeanWhatTheyMean() throws {
    let cases: [(String, Value)] = [
      ("width % 3", .int(1)), ("7 / 7 + 2 * 3", .int(7)), ("width / 2.0", .real(2)),
      ("true ? 1 : 0.5", .real(1)), ("ceil_div(width, 3)", .int(2)),
      ("floor(0.28 * 25)", .int(7)), ("floor(0 - 2.5)", .int(-3)), ("floor(width)", .int(4)),
      ("max(1, width, 2)", .int(4)), ("log(1)", .real(0)),
      ("min(1.5, width)", .real(1.5)), ("sqrt(width)", .real(2)), ("-width", .int(-4)),
      ("yarn_mscale(1, 2)", .real(1)), ("layers > 1 and not (width == 3)", .bool(true)),
      ("false and 1 / 0 == 1", .bool(false)), ("true or 1 / 0 == 1", .bool(true)),
      ("kind in [red, blue]", .bool(true)), ("width in [1, 4.0]", .bool(true)),
      ("any(layer == 1)", .bool(true)), ("all(layer < 1)", .bool(false)),
      ("has(up)", .bool(true)), ("has(up.bias)", .bool(false)), ("all(has(up))", .bool(true)),
      ("rows(embedding)", .int(8)), ("rows(up)", .int(8)), ("given(vocab)", .bool(true)),
      ("class == SmallModel", .bool(true)), ("[1, 2] == [1, 2]", .bool(true)),
      ("1 - -1", .int(2)), ("not not true", .bool(true)), ("2 >= 2 ? kind : \"x\"", .text("red")),
    ]
    for (text, expected) in cases {
      let type =
        switch expected {
        case .int: "int"
        case .real: "real"
        case .bool: "bool"
        case .text, .list: "text"
        }
      var lines = SmallArch.lines
      lines[10] = "  extra    \(type)   -   .extra  = \(text)"
      let architecture = try Architectures.parse(
        file: "small.arch", text: lines.joined(separator: "\n"))
      let model = try architecture.instantiate(Self.header())
      #expect(model["extra"] == expected, "\(text)")
    }
  }

  @Test func tensorsMustFit() throws {
    let header = Self.header {
      $0.tensors["layers.0.up.weight"] = [8, 5]
      $0.tensors["layers.1.down.weight"] = nil
      $0.tensors["layers.2.up.weight"] = [8, 4]
      $0.tensors["head.weight"] = [8, 4]
    }
    let error = try #require(Self.failure(header))
    #expect(error.code == .mismatch)
    let lines = error.description.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(
      error.description.contains(
        "small.arch:15:5: 'layers.0.up.weight' has the shape [8, 5]; 'block.0.up' needs [8, 4]"))
    #expect(
      error.description.contains(
        "small.arch:16:5: the checkpoint lacks 'layers.1.down.weight' ('block.1.down', [4, 8])"))
    #expect(
      error.description.contains("tensor 'layers.2.up.weight' [8, 4] is not in the description"))
    #expect(error.description.contains("tensor 'head.weight' [8, 4] is not in the description"))
  }

  @Test func biasesFollowTheirCondition() throws {
    let biased = Self.header {
      $0.config?["bias"] = true
      $0.tensors["layers.0.up.bias"] = [8]
    }
    #expect(Self.failure(biased)?.description.contains("lacks 'layers.1.up.bias'") == true)
    let unbiased = Self.header { $0.tensors["layers.0.up.bias"] = [8] }
    #expect(
      Self.failure(unbiased)?.description.contains("'layers.0.up.bias' [8] is not in") == true)
  }

  @Test func requirementsAndAssertedKeys() throws {
    let text = SmallArch.replacing(22, "  require  kind == red  \"only red\"")
    let error = try #require(Self.failure(Self.header { $0.config?["kind"] = "blue" }, text))
    #expect(error.code == .requirement)
    #expect(error.exitStatus == .unsupported)
    #expect(
      error.description.hasPrefix("small.arch:22:3: 'small' does not describe this model: only red")
    )
    let fixed = SmallArch.replacing(11, "  one      int   -           .one          = 1")
    let gguf = PlainHeader(
      dialect: .gguf,
      metadata: [
        "general.architecture": .string("small"), "small.block_count": .u32(0),
        "small.width": .u32(4), "small.one": .u32(2),
      ], tensors: ["token.weight": [8, 4]])
    #expect(
      Self.failure(gguf, fixed)?.description.contains(
        "small.arch:11:3: the key 'small.one' is 2; the description allows 1 only") == true)
    #expect(Self.failure(gguf)?.description == nil)
  }

  @Test func twoTensorsOfOneName() throws {
    var lines = SmallArch.lines
    lines[14] = "    up    [2 * width, width]  up.weight  up.weight  if kind == red or has(down)"
    lines[15] =
      "    down  [width, 2 * width]  down.weight  up.weight  if not (kind == red) or layer > 0"
    lines[9] = ""
    // The conditions do not exclude one another, which the checker says already.
    let error = try #require(Self.failure(Self.header(), lines.joined(separator: "\n")))
    #expect(error.code == .check)
    // Spread names that meet a row of their own are seen only here.
    lines[14] = "    up    [2 * width, width]  up.weight  up.weight"
    lines[15] = "    down  [width, 2 * width]  down.weight  down.weight"
    lines[16] = "  clash [width]  layers.0.up.weight  blk.0.up.weight"
    lines[27] = "  states = x * clash"
    let late = try #require(Self.failure(Self.header(), lines.joined(separator: "\n")))
    #expect(late.description.contains("two tensors are stored as 'layers.0.up.weight'"), "\(late)")
  }

  @Test func classes() throws {
    #expect(Self.failure(Self.header(), class: "Other")?.code == .unknownArchitecture)
    let other = Self.header { $0.config?["architectures"] = ["Other"] }
    #expect(Self.failure(other)?.exitStatus == .unsupported)
    #expect(Self.failure(other, class: "SmallModel")?.description == nil)
  }

  @Test func unknownConfigKeysAreReportedOnly() throws {
    let architecture = try Architectures.parse(file: "small.arch", text: SmallArch.text)
    let model = try architecture.instantiate(
      Self.header {
        $0.config?["private_key"] = 3
        $0.config?["nothing"] = .null
      })
    #expect(model.unknownConfigKeys == ["architectures", "private_key"])
  }

  @Test func keysThatDoNotFit() throws {
    let architecture = try Architectures.parse(
      file: "small.arch", text: SmallArch.replacing(11, "  big  int  big  .big  default 1"))
    for (number, fits) in [(4_294_967_295, true), (4_294_967_296, false), (-1, false)] {
      let model = try architecture.instantiate(Self.header { $0.config?["big"] = .int(number) })
      do throws(ArchitectureError) {
        let keys = try model.ggufKeys()
        #expect(fits && keys["small.big"] == .u32(UInt32(clamping: number)))
      } catch {
        #expect(!fits)
        #expect(error.description.contains("'small.big' (UINT32) cannot hold"))
      }
    }
  }
}

@Suite struct FamilyTests {
  @Test func llama3ComesBackExactly() throws {
    for name in ["variant-llama-llama3", "variant-llama-llama3-odd", "variant-llama-llama3-wide"] {
      let item = try HeaderCase(name)
      let model = try item.architecture().instantiate(item.header)
      var keys = try model.ggufKeys()
      #expect(keys.keys.filter { $0.hasPrefix("lathe.rope.") }.count == 4)
      keys["general.architecture"] = .string("llama")
      let header = PlainHeader(dialect: .gguf, metadata: keys, tensors: item.ggufTensors)
      let back = try item.architecture().instantiate(header).configuration()
      let rope = item.config["rope_parameters"]
      for key in ["rope_type", "factor", "low_freq_factor", "high_freq_factor", "rope_theta"] {
        #expect(back["rope_parameters"]?[key] == rope?[key], "\(key)")
      }
      #expect(
        back["rope_parameters"]?["original_max_position_embeddings"]
          == rope?["original_max_position_embeddings"])
      #expect(back["rope_parameters"]?.object?.count == 6)
    }
  }

  /// A GGUF of another tool has the table only.
  @Test(arguments: [
    "variant-llama-llama3-wide", "variant-llama-llama3-odd", "variant-llama-llama3",
    "variant-llama-llama3-real",
  ])
  func llama3IsSolved(_ name: String) throws {
    let item = try HeaderCase(name)
    let model = try item.architecture().instantiate(item.ggufHeader)
    let config = model.configuration()
    let again = try item.architecture().instantiate(
      PlainHeader(dialect: .huggingface, config: config, tensors: item.tensors))
    let derived = again.stored(in: .gguf).first { $0.name == "rope_freqs.weight" }?.derived
    #expect(derived == item.ropeFactors)
    if name.hasSuffix("wide") {
      let rope = config["rope_parameters"]
      #expect(rope?["original_max_position_embeddings"]?.int == 8192)
      #expect(rope?["high_freq_factor"]?.double == 4)
      #expect(rope?["factor"]?.double == 8)
    }
    var silent = item.ggufHeader
    silent.smallValues = [:]
    let architecture = try item.architecture()
    do throws(ArchitectureError) {
      _ = try architecture.instantiate(silent)
      Issue.record("accepted without values")
    } catch {
      #expect(error.description.contains("low_freq_factor"))
      #expect(error.description.contains("--config"))
    }
  }

  @Test func configurationOfAGGUF() throws {
    let item = try HeaderCase("llama-spm-gqa")
    let model = try item.architecture().instantiate(item.ggufHeader)
    let config = model.configuration()
    for key in [
      "architectures", "model_type", "hidden_size", "num_hidden_layers", "num_attention_heads",
      "num_key_value_heads", "intermediate_size", "max_position_embeddings", "rms_norm_eps",
      "vocab_size", "head_dim", "rope_parameters",
    ] {
      if key == "rope_parameters" {
        #expect(config[key]?["rope_theta"]?.double == 10000)
      } else {
        #expect(config[key] == item.config[key], "\(key)")
      }
    }
  }

  @Test func configurationIsCarriedOver() throws {
    for item in HeaderTests.cases {
      let model = try item.architecture().instantiate(item.header)
      #expect(model.configuration() == item.config, "\(item.name)")
    }
    let item = try HeaderCase("llama-spm-gqa")
    let model = try item.architecture().instantiate(item.ggufHeader)
    #expect(model.configuration(carryingOver: item.config) == item.config)
    var other = item.config
    other["num_key_value_heads"] = 4
    #expect(
      model.configuration(carryingOver: other)["num_key_value_heads"]
        == item.config["num_key_value_heads"])
  }

  @Test func windowsAndTokenTypesDiffer() throws {
    let item = try HeaderCase("variant-mistral-window")
    let model = try item.architecture().instantiate(item.header)
    let notice = try #require(model.limits(for: .gguf).first)
    #expect(!notice.isLossy)
    #expect(notice.message.hasSuffix("results differ from position 128"))
    #expect(model.limits(for: .huggingface).isEmpty)
    let bert = try HeaderCase("bert")
    let types = try bert.architecture().instantiate(bert.header).limits(for: .gguf)
    #expect(types.map(\.isLossy) == [false])
    var relu = bert.header
    relu.config?["hidden_act"] = "relu"
    let lossy = try bert.architecture().instantiate(relu).limits(for: .gguf)
    #expect(lossy.contains { $0.isLossy && $0.message.contains("gelu") })
  }

  @Test func dynamicRopeDiffersBehindTheContext() throws {
    let item = try HeaderCase("variant-llama-dynamic")
    let model = try item.architecture().instantiate(item.header)
    let notice = try #require(model.limits(for: .gguf).first)
    #expect(!notice.isLossy && notice.message.contains("dynamic rope scaling"))
    #expect(notice.message.hasSuffix(" 256"), "\(notice.message)")
  }

  @Test func whatAGGUFLoses() throws {
    let bert = try HeaderCase("bert")
    let lost = try bert.architecture().instantiate(bert.header).lost(in: .gguf)
    #expect(lost.map(\.name) == ["pooler.dense.bias", "pooler.dense.weight"])
    let masked = try HeaderCase("variant-bert-mlm")
    let model = try masked.architecture().instantiate(masked.header)
    let names = model.lost(in: .gguf).map(\.name)
    #expect(names.contains("cls.predictions.transform.dense.weight"))
    #expect(names.contains("cls.seq_relationship.weight"))
    #expect(model.copies.map(\.name) == ["cls.predictions.decoder.weight"])
    #expect(model.copies.map(\.original) == ["bert.embeddings.word_embeddings.weight"])
    let frequencies = try HeaderCase("variant-llama-inv-freq")
    let omitted = try frequencies.architecture().instantiate(frequencies.header).omitted
    #expect(omitted.map(\.reason) == Array(repeating: "recomputed from rope_theta", count: 2))
  }

  @Test func tiedCopiesAreCompared() throws {
    let item = try HeaderCase("variant-llama-tied-copy")
    let model = try item.architecture().instantiate(item.header)
    #expect(model.copies.map(\.name) == ["lm_head.weight"])
    #expect(model.copies.map(\.original) == ["model.embed_tokens.weight"])
    #expect(!model.stored(in: .gguf).contains { $0.name == "output.weight" })
    #expect(try model.graph().outputs.map(\.name) == ["logits"])
  }

  @Test func aModelWithoutAHeadGivesItsStates() throws {
    let item = try HeaderCase("variant-llama-model")
    let model = try item.architecture().instantiate(item.header)
    #expect(try model.graph().outputs.map(\.name) == ["hidden"])
  }

  @Test func prefixesOfTheSource() throws {
    let item = try HeaderCase("llama-spm-gqa")
    var renamed = OrderedDictionary<String, Shape>()
    for (name, shape) in item.tensors {
      renamed[name.hasPrefix("model.") ? "language_model." + name : name] = shape
    }
    let model = try item.architecture().instantiate(
      PlainHeader(dialect: .huggingface, config: item.config, tensors: renamed))
    #expect(model.stored(in: .gguf).map(\.name) == Array(item.ggufTensors.keys))
    #expect(Set(model.stored(in: .huggingface).map(\.name)) == Set(renamed.keys))
  }

  @Test func nearestDescription() throws {
    var header = try HeaderCase("llama-spm-gqa").header
    header.config?["architectures"] = ["StrangeForCausalLM"]
    header.tensors["model.norm.weight"] = nil
    header.tensors["model.layers.1.mlp.strange.weight"] = [1]
    do throws(ArchitectureError) {
      _ = try Architectures.find(for: header)
      Issue.record("found")
    } catch {
      #expect(error.exitStatus == .unsupported)
      #expect(error.description.contains("'StrangeForCausalLM'"))
      #expect(error.description.contains("the nearest description is 'llama'"))
      #expect(error.description.contains("not 'model.layers.1.mlp.strange.weight'"))
      #expect(error.description.contains("the checkpoint lacks 'model.norm.weight'"))
    }
    #expect(try Architectures.find(for: try HeaderCase("bert").header).name == "bert")
    #expect(try Architectures.find(for: try HeaderCase("mistral-gqa").ggufHeader).name == "llama")
    let strange = PlainHeader(
      dialect: .gguf, metadata: ["general.architecture": .string("odd")], tensors: ["x": [1]])
    #expect(try Architectures.nearest(to: strange) == nil)
    #expect(throws: ArchitectureError.self) { _ = try Architectures.find(for: strange) }
  }

  /// Whatever config.json or the GGUF's keys hold: an error or a model, no trap.
  @Test(arguments: ["variant-llama-llama3", "bert", "deepseek-v3-mla", "gptoss-bf16", "t5-gated"])
  func hostileValuesNeverTrap(_ name: String) throws {
    let item = try HeaderCase(name)
    let architecture = try item.architecture()
    let values: [JSONValue] = [
      -1, 0, 1, .int(Int.max), .int(Int.min), .double(1.5), .double(1e300), "x", [], [[1]],
      ["a": 1], true, nil,
    ]
    var paths = (item.config.object ?? [:]).keys.map { $0 }
    paths += (item.config["rope_parameters"]?.object ?? [:]).keys.map { "rope_parameters.\($0)" }
    var refused = 0
    for path in paths {
      for value in values {
        var header = item.header
        let keys = path.split(separator: ".").map(String.init)
        if keys.count == 2 {
          var inner = header.config?[keys[0]] ?? .null
          inner[keys[1]] = value
          header.config?[keys[0]] = inner
        } else {
          header.config?[path] = value
        }
        guard let model = try? architecture.instantiate(header) else {
          refused += 1
          continue
        }
        _ = try? model.ggufKeys()
        _ = model.configuration()
      }
    }
    #expect(refused > 50)
    let numbers: [MetadataValue] = [
      .u32(0), .u32(.max), .i64(.min), .u64(.max), .f32(.nan), .f32(-1), .f64(1e300),
      .string("x"), .bool(true), .array(.i32([1, 2])), .array(.arrays([.i32([1])])),
    ]
    for key in item.keys.keys {
      for value in numbers {
        var header = item.ggufHeader
        header.metadata[key] = value
        if let model = try? architecture.instantiate(header) {
          _ = try? model.ggufKeys()
          _ = model.configuration()
        }
      }
    }
  }

  /// A hundred thousand tensors are matched in a moment.
  @Test func manyTensors() throws {
    let item = try HeaderCase("llama-spm-gqa")
    var config = item.config
    config["num_hidden_layers"] = 2000
    var tensors = item.tensors.filter { !$0.key.contains("layers.") }
    for (name, shape) in item.tensors where name.contains("layers.0.") {
      for layer in 0..<2000 {
        tensors[name.replacingOccurrences(of: "layers.0.", with: "layers.\(layer).")] = shape
      }
    }
    let header = PlainHeader(dialect: .huggingface, config: config, tensors: tensors)
    let clock = ContinuousClock()
    let architecture = try item.architecture()
    let time = try clock.measure { _ = try architecture.instantiate(header) }
    #expect(time < .seconds(20), "\(time) for \(tensors.count) tensors, unoptimised")
  }
}
