import Foundation
import Lathe
import Testing
import _TestSupport

/// `lathe metadata` on GGUF files and splits.
@Suite struct MetadataTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.write("model.gguf", Self.gguf(name: "Old"))
  }

  static func gguf(name: String, tokens: [String] = ["<s>", "</s>", "a", "b", "a", "7"]) -> [UInt8]
  {
    let numbers = SmallFiles.floats(6 * 32)
    let bytes = numbers.withUnsafeBytes { Array($0) }
    return SmallFiles.gguf(
      [
        ("general.architecture", .text("llama")), ("general.name", .text(name)),
        ("llama.context_length", .u32(128)), ("tokenizer.ggml.model", .text("llama")),
        ("tokenizer.ggml.tokens", .texts(tokens)), ("tokenizer.ggml.bos_token_id", .u32(0)),
      ],
      [
        ("token_embd.weight", 0, [32, 6], bytes), ("blk.0.odd", 0, [3], Array(bytes[..<12])),
        ("blk.1.odd", 0, [5], Array(bytes[..<20])),
      ])
  }

  private func set(_ arguments: String..., to name: String = "out.gguf") throws -> ProcessResult {
    try LatheBinary.run(
      ["metadata", "set", path] + arguments + ["-o", folder.path(name), "--force"])
  }

  private func keys(_ name: String = "out.gguf") throws -> Metadata {
    try SourceCheckpoint(folder.path(name)).reader.metadata
  }

  /// SHA-256 of what follows the header.
  private func dataHash(_ name: String) throws -> String {
    let reader = try SourceCheckpoint(folder.path(name), physical: true).reader
    let start = try #require(reader.tensors.map(\.fileOffset).min())
    return Golden.sha256(try folder.bytes(name)[Int(start)...])
  }

  @Test func aNewFileHasTheSameTensors() throws {
    let result = try set(
      "general.name=string:New name", "--license", "mit", "--tag", "x", "--tag", "y",
      "llama.context_length=int:256", "--remove", "tokenizer.ggml.bos*")
    #expect(result.status == 0, "\(result.standardError)")
    #expect(result.standardError.contains("5 keys changed"))
    let keys = try keys()
    #expect(keys["general.name"] == .string("New name"))
    #expect(keys["general.license"] == .string("mit"))
    #expect(keys["general.tags"] == .array(.strings(["x", "y"])))
    #expect(keys["llama.context_length"] == .u32(256))
    #expect(keys["tokenizer.ggml.bos_token_id"] == nil)
    #expect(
      Array(keys.keys)[..<3] == ["general.architecture", "general.name", "llama.context_length"])
    #expect(try dataHash("out.gguf") == dataHash("model.gguf"))
    #expect(try Content(folder.path("out.gguf")).tensors == Content(path).tensors)
    // Nothing changed: the same bytes.
    #expect(try set("general.name=string:Old").status == 0)
    #expect(try folder.bytes("out.gguf") == folder.bytes("model.gguf"))
  }

  static let values: [(text: String, value: MetadataValue)] = [
    ("u8:255", .u8(255)), ("i8:-128", .i8(-128)), ("u16:65535", .u16(65535)), ("i16:-1", .i16(-1)),
    ("u32:4294967295", .u32(.max)), ("i32:-5", .i32(-5)), ("u64:18446744073709551615", .u64(.max)),
    ("i64:-9223372036854775808", .i64(.min)), ("f32:0.1", .f32(0.1)), ("f64:0.1", .f64(0.1)),
    ("f32:inf", .f32(.infinity)), ("bool:true", .bool(true)), ("bool:false", .bool(false)),
    ("string:a=b:c", .string("a=b:c")), ("str:", .string("")), ("STRING:x", .string("x")),
    ("int:5", .u32(5)), ("int:-5", .i32(-5)), ("int:4294967296", .u64(1 << 32)),
    ("int:-4294967296", .i64(-1 << 32)), ("float:1.5", .f32(1.5)), ("uint32:7", .u32(7)),
    ("array<u8>:[1,255]", .array(.u8([1, 255]))), ("i8[]:[-1]", .array(.i8([-1]))),
    ("u16[]:[]", .array(.u16([]))), ("i16[]:[-3]", .array(.i16([-3]))),
    ("u32[]:[4294967295]", .array(.u32([.max]))), ("i32[]:[1]", .array(.i32([1]))),
    ("u64[]:[18446744073709551615]", .array(.u64([.max]))), ("i64[]:[-1]", .array(.i64([-1]))),
    ("f32[]:[1.5,\"-inf\"]", .array(.f32([1.5, -.infinity]))), ("f64[]:[0.1]", .array(.f64([0.1]))),
    ("bool[]:[true,false]", .array(.bool([true, false]))),
    ("string[]:[\"a\",\"\\u00e9\"]", .array(.strings(["a", "é"]))),
    ("array<array<i32>>:[[1],[]]", .array(.arrays([.i32([1]), .i32([])]))),
    ("string[][]:[[\"x\"]]", .array(.arrays([.strings(["x"])]))),
  ]

  @Test func everyTypeOfValue() throws {
    let texts = Self.values.enumerated().map { "k.\($0.offset)=\($0.element.text)" }
    let result = try LatheBinary.run(
      ["metadata", "set", path] + texts + ["-o", folder.path("out.gguf")])
    #expect(result.status == 0, "\(result.standardError)")
    let keys = try keys()
    for (index, entry) in Self.values.enumerated() {
      #expect(keys["k.\(index)"] == entry.value, "\(entry.text)")
    }
    #expect(Set(keys.filter { $0.key.hasPrefix("k.") }.values.map(\.typeName)).count >= 25)
  }

  @Test(arguments: [
    "x", "=u8:1", "x=1", "x=u8", "x=u8:256", "x=u8:-1", "x=i8:128", "x=f32:one", "x=bool:1",
    "x=word:1",
    "x=u8[]:1", "x=u8[]:[256]", "x=string[]:[1]", "x=array<u8:[1]", "x=int:1.5", "x=array:[1]",
    "x=u8[]:[1", "x=bool[]:[1]", "x=u8[][]:[1]", "x=f32:",
  ])
  func refusesTexts(text: String) throws {
    let result = try set(text)
    #expect(result.status == 64, "\(result.standardError)")
    #expect(!result.standardError.isEmpty)
    #expect(FileIdentity.of(folder.path("out.gguf")) == nil)
  }

  static let refused: [(arguments: [String], status: Int32)] = [
    (["general.alignment=u32:64"], 69), (["split.count=u16:2"], 69), (["lathe.reserve=u8:1"], 69),
    (["general.architecture=string:mistral"], 69), (["--remove", "general.architecture"], 69),
    (["--remove", "general.alignment*"], 66), (["general.name=u32:1"], 69),
    (["tokenizer.ggml.eos_token_id=string:x"], 69), (["general.license=bool:true"], 69),
    (["llama.context_length=u64:1"], 69), (["--remove", "nothing.*"], 66),
    (["--special-token", "bos=99"], 64), (["--special-token", "bos=nope"], 64),
    (["--special-token", "xyz=1"], 64), (["--special-token", "bos"], 64), ([], 64),
    (["--chat-template", "nowhere"], 66), (["--reserve", "x", "--name", "x"], 64),
  ]

  @Test(arguments: refused)
  func refusesChanges(arguments: [String], status: Int32) throws {
    let result = try LatheBinary.run(
      ["metadata", "set", path] + arguments + ["-o", folder.path("out.gguf")])
    #expect(result.status == status, "\(result.standardError)")
    #expect(FileIdentity.of(folder.path("out.gguf")) == nil)
    #expect(FileIdentity.of(folder.path("out.gguf.partial")) == nil)
  }

  @Test func forcedChanges() throws {
    let result = try set(
      "general.name=u32:1", "general.architecture=string:mistral", "--force-type",
      "--force-architecture")
    #expect(result.status == 0, "\(result.standardError)")
    #expect(try keys()["general.name"] == .u32(1))
    #expect(try keys()["general.architecture"] == .string("mistral"))
    // All keys that may go: the architecture stays, as nobody named it.
    #expect(try set("--remove", "*").status == 0)
    #expect(Array(try keys().keys) == ["general.architecture"])
  }

  @Test func specialTokens() throws {
    let result = try set(
      "--special-token", "eos=</s>", "--special-token", "bos=2", "--special-token", "unk=a",
      "--special-token", "fim_pre=3", "--special-token", "padding=7")
    #expect(result.status == 64, "\(result.standardError)")
    let good = try set(
      "--special-token", "eos=</s>", "--special-token", "bos=2", "--special-token", "unk=a",
      "--special-token", "fim_pre=3", "--special-token", "padding=5")
    #expect(good.status == 0, "\(good.standardError)")
    #expect(good.standardError.contains("warning: tokens 2, 4 are all 'a'"))
    let ids = ["eos": 1, "bos": 2, "unknown": 2, "fim_pre": 3, "padding": 5]
    for (role, id) in ids {
      #expect(try keys()["tokenizer.ggml.\(role)_token_id"] == .u32(UInt32(id)), "\(role)")
    }
    let odd = try set("tokenizer.ggml.eos_token_id=u32:77")
    #expect(odd.status == 0)
    #expect(odd.standardError.contains("is 77, but there are 6 tokens"))
  }

  @Test func chatTemplates() throws {
    let text = "{% for m in messages %}\n\t{{ m['content'] }} é\u{1}\r\n{% endfor %}\n"
    let jinja = try folder.write("chat.jinja", Array(text.utf8))
    #expect(try set("--chat-template", jinja).status == 0)
    #expect(
      try lathe("metadata", "get", folder.path("out.gguf"), "tokenizer.chat_template", "--raw")
        .standardOutput == text)
    let list =
      #"{"chat_template": [{"name": "default", "template": "D"}, {"name": "tool use", "template": "T"}]}"#
    let config = try folder.write("tokenizer_config.json", Array(list.utf8))
    #expect(try set("--chat-template", config).status == 0)
    #expect(try keys()["tokenizer.chat_template"] == .string("D"))
    #expect(try keys()["tokenizer.chat_template.tool_use"] == .string("T"))
    #expect(try keys()["tokenizer.chat_templates"] == .array(.strings(["tool_use"])))
    for (name, bytes) in [
      ("x.json", Array("{}".utf8)), ("y.json", Array("{".utf8)), ("z.jinja", [0xFF]),
      ("w.json", Array(#"{"chat_template": [1]}"#.utf8)),
    ] {
      #expect(try set("--chat-template", try folder.write(name, bytes)).status == 65, "\(name)")
    }
  }

  @Test func get() throws {
    let all = try lathe("metadata", "get", path)
    #expect(all.status == 0)
    #expect(all.standardOutput.split(separator: "\n").count == 7)
    #expect(all.standardOutput.contains("6: <s> </s> a b ..."))
    let whole = try lathe("metadata", "get", path, "tokenizer.ggml.tokens").standardOutput
    #expect(whole.contains(#"["<s>","</s>","a","b","a","7"]"#))
    let some = try lathe("metadata", "get", path, "general.*", "*length", "--json")
    let json = try JSONValue.parse(some.standardOutput)
    #expect(json.object?.keys == ["general.architecture", "general.name", "llama.context_length"])
    #expect(json[path: "general.name"] == nil && json["general.name"]?["value"] == "Old")
    let raw = try lathe("metadata", "get", path, "general.name", "--raw")
    #expect(raw.standardOutput == "Old")
    #expect(try lathe("metadata", "get", path, "general.nam").status == 66)
    #expect(try lathe("metadata", "get", path, "general.*", "--raw").status == 64)
    #expect(try lathe("metadata", "get", path, "llama.context_length", "--raw").status == 64)
    #expect(try lathe("metadata", "get", path, "--raw", "--json").status == 64)
    #expect(try lathe("metadata", "get", folder.path("none")).status == 66)
  }

  @Test func copies() throws {
    let other = try folder.write(
      "other.gguf", Self.gguf(name: "Other", tokens: ["x", "y", "z", "p", "q", "r"]))
    let made = try LatheBinary.run(
      [
        "metadata", "set", other, "--license", "mit", "--chat-template",
        try folder.write("t.jinja", Array("T".utf8)), "--remove", "tokenizer.ggml.bos_token_id",
        "-o", folder.path("from.gguf"),
      ])
    #expect(made.status == 0, "\(made.standardError)")
    func copy(_ arguments: String...) throws -> ProcessResult {
      try LatheBinary.run(
        ["metadata", "copy", folder.path("from.gguf"), path] + arguments
          + ["-o", folder.path("out.gguf"), "--force"])
    }
    #expect(try copy("tokenizer.chat_template").status == 0)
    #expect(try keys()["tokenizer.chat_template"] == .string("T"))
    #expect(try keys()["general.name"] == .string("Old"))
    #expect(try copy("tokenizer.*").status == 0)
    #expect(try keys()["tokenizer.ggml.tokens"]?.strings?.first == "x")
    #expect(try keys()["tokenizer.ggml.bos_token_id"] == .u32(0))
    #expect(try copy("tokenizer.*", "--replace").status == 0)
    #expect(try keys()["tokenizer.ggml.bos_token_id"] == nil)
    #expect(try copy().status == 0)
    #expect(try keys()["general.name"] == .string("Other"))
    #expect(try keys()["general.license"] == .string("mit"))
    #expect(try copy("nothing").status == 66)
    #expect(try dataHash("out.gguf") == dataHash("model.gguf"))
    let short = try folder.write("short.gguf", Self.gguf(name: "S", tokens: ["x"]))
    let odd = try lathe(
      "metadata", "copy", short, path, "tokenizer.ggml.tokens", "-o", folder.path("odd.gguf"))
    #expect(odd.status == 0)
    #expect(odd.standardError.contains("1 tokens for the 6 rows"))
  }

  @Test func inPlace() throws {
    let before = try folder.bytes("model.gguf")
    let hash = try dataHash("model.gguf")
    let fits = try lathe("metadata", "set", path, "--name", "Odd", "--in-place")
    #expect(fits.status == 0, "\(fits.standardError)")
    #expect(try folder.bytes("model.gguf").count == before.count)
    #expect(try keys("model.gguf")["general.name"] == .string("Odd"))
    #expect(try dataHash("model.gguf") == hash)
    let now = try folder.bytes("model.gguf")
    let long = String(repeating: "long", count: 100)
    let refused = try lathe("metadata", "set", path, "--name", long, "--in-place")
    #expect(refused.status == 69, "\(refused.standardError)")
    #expect(refused.standardError.contains("more than there is room for"))
    #expect(refused.standardError.contains("--reserve"))
    #expect(
      try lathe("metadata", "set", path, "--name", long, "--in-place", "--dry-run").status == 69)
    #expect(try folder.bytes("model.gguf") == now)
    #expect(try folder.names() == ["model.gguf"])

    #expect(try set("--name", "Roomy", "--reserve", "1KiB").status == 0)
    let roomy = folder.path("out.gguf")
    let size = try folder.bytes("out.gguf").count
    for name in [long, "short", String(repeating: "x", count: 1000), ""] {
      let result = try lathe("metadata", "set", roomy, "--name", name, "--in-place")
      #expect(result.status == 0, "\(result.standardError)")
      #expect(try keys()["general.name"] == .string(name))
      #expect(try dataHash("out.gguf") == hash)
      #expect(try folder.bytes("out.gguf").count == size)
    }
    // Written anew without room it is as short as can be again, and conversions carry no room along.
    #expect(
      try lathe("metadata", "set", roomy, "--name", "Old", "-o", folder.path("again.gguf")).status
        == 0)
    #expect(try folder.bytes("again.gguf") == before)
    #expect(try lathe("convert", roomy, "-o", folder.path("c.gguf"), "--no-lineage").status == 0)
    #expect(try keys("c.gguf")["lathe.reserve"] == nil)
  }

  @Test func outputRules() throws {
    let same = try lathe("metadata", "set", path, "--name", "x", "-o", path, "--force")
    #expect(same.status == 64)
    #expect(same.standardError.contains("--in-place"))
    _ = try folder.write("there.gguf", [1])
    #expect(
      try lathe("metadata", "set", path, "--name", "x", "-o", folder.path("there.gguf")).status
        == 73)
    #expect(try lathe("metadata", "set", path, "--name", "x").status == 64)
    #expect(try lathe("metadata", "set", path, "--name", "x", "--in-place", "-o", "y").status == 64)
    #expect(
      try lathe("metadata", "set", path, "--name", "x", "--in-place", "--reserve", "1KB").status
        == 64)
    let dry = try lathe("metadata", "set", path, "--name", "x", "--remove", "llama.*", "--dry-run")
    #expect(dry.status == 0)
    #expect(
      dry.standardOutput == "~ general.name (string): Old -> x\n- llama.context_length (u32): 128\n"
    )
    let link = folder.path("link.gguf")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    let linked = try lathe("metadata", "set", link, "--name", "x", "--in-place")
    #expect(linked.status == 69)
    #expect(linked.standardError.contains("link"))
    let plain = try folder.write("x.safetensors", SmallFiles.safetensors(SmallFiles.mixed()))
    let bin = folder.path("x.bin")
    #expect(try lathe("convert", plain, "-o", bin).status == 0)
    let pytorch = try lathe("metadata", "set", bin, "a=string:b", "-o", folder.path("y.bin"))
    #expect(pytorch.status == 64)
    #expect(pytorch.standardError.contains("safetensors and gguf"))
  }

  /// The keys of a split stand in its first file, whichever file is named.
  @Test func splits() throws {
    let split = folder.path("split")
    #expect(try lathe("split", path, "-o", split, "--max-tensors", "1").status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: split).sorted()
    #expect(names.count == 3)
    let last = split + "/" + names[2]
    #expect(
      try lathe("metadata", "set", last, "--name", "S", "-o", folder.path("x.gguf")).status == 64)
    let result = try lathe("metadata", "set", last, "--name", "Split", "-o", folder.path("new"))
    #expect(result.status == 0, "\(result.standardError)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("new")).sorted() == names)
    for name in names {
      let isSame = try folder.bytes("new/" + name) == folder.bytes("split/" + name)
      #expect(isSame == (name != names[0]))
      #expect(try dataHash("new/" + name) == dataHash("split/" + name))
    }
    #expect(try keys("new")["general.name"] == .string("Split"))
    #expect(try lathe("metadata", "set", last, "--name", "Odd", "--in-place").status == 0)
    #expect(try keys("split")["general.name"] == .string("Odd"))
    #expect(try keys("split")["llama.context_length"] == .u32(128))
    #expect(try Content(split).tensors == Content(path).tensors)
  }

  /// Big-endian files and other alignments stay what they are.
  @Test(arguments: ["order-big", "order-little", "aligned", "sizes", "writer"])
  func otherKinds(name: String) throws {
    let source = try folder.write("in.gguf", try Golden.bytes("FileFormats/gguf/\(name).gguf"))
    let result = try lathe(
      "metadata", "set", source, "x.new=u32[]:[1,2,70000]", "--name", "N", "-o",
      folder.path("out.gguf"))
    #expect(result.status == 0, "\(result.standardError)")
    let before = try SourceCheckpoint(source).reader
    let after = try SourceCheckpoint(folder.path("out.gguf")).reader
    #expect(after.containerFacts.map(\.value)[..<3] == before.containerFacts.map(\.value)[..<3])
    #expect(after.metadata["x.new"] == .array(.u32([1, 2, 70000])))
    #expect(after.metadata["general.name"] == .string("N"))
    for (key, value) in before.metadata { #expect(after.metadata[key]?.typeName == value.typeName) }
    #expect(after.tensors.map(\.name) == before.tensors.map(\.name))
    #expect(try dataHash("out.gguf") == dataHash("in.gguf"))
  }

  /// gguf-py's editor makes the same keys and tensors, and llama.cpp's reader takes both.
  @Test func equalsThePeer() throws {
    let template = try folder.write("t.jinja", Array("{{ x }}\n".utf8))
    let peer = try Peer.run(
      "gguf_new_metadata.py",
      [
        path, folder.path("peer.gguf"), "--general-name", "N", "--chat-template-file", template,
        "--special-token", "eos", "</s>", "--special-token-by-id", "bos", "2",
        "--remove-metadata", "llama.context_length", "--force",
      ])
    #expect(peer.status == 0, "\(peer.standardError)")
    let own = try set(
      "--name", "N", "--chat-template", template, "--special-token", "eos=</s>",
      "--special-token", "bos=2", "--remove", "llama.context_length")
    #expect(own.status == 0, "\(own.standardError)")
    #expect(try keys("peer.gguf") == keys())
    #expect(try dataHash("peer.gguf") == dataHash("out.gguf"))
    let read = try Peer.run("gguf_json.py", [folder.path("out.gguf")])
    #expect(read.status == 0, "\(read.standardError)")
    #expect(try JSONValue.parse(read.standardOutput)["kv"]?["general.name"]?["value"] == "N")
    #expect(try set("--name", "N", "--reserve", "1KB", to: "roomy.gguf").status == 0)
    #expect(try Peer.run("gguf_json.py", [folder.path("roomy.gguf")]).status == 0)
  }

  /// llama.cpp computes the same from a file with room in its header, changed in place.
  @Test func llamaCppReadsTheSame() throws {
    let first = folder.path("rod.gguf")
    #expect(
      try lathe("convert", Golden.path("Models/rod"), "-o", first, "--type", "f32").status == 0)
    let roomy = folder.path("roomy.gguf")
    let template = try folder.write("t.jinja", Array("{{ messages }}".utf8))
    #expect(
      try lathe(
        "metadata", "set", first, "--chat-template", template, "-o", roomy, "--reserve", "4KiB"
      ).status == 0)
    #expect(
      try lathe("metadata", "set", roomy, "--name", "In place", "--tag", "a", "--in-place").status
        == 0)
    let recorded = try JSONValue.parse(try Golden.bytes("Peers/rod-logits.json"))
    let question = JSONValue.object([
      "tokens": try #require(recorded["tokens"]),
      "vocabulary": try #require(recorded["vocabulary"]),
    ]).text()
    let answers = try [first, roomy].map { try Peer.run("llama_logits.py", [$0], input: question) }
    #expect(answers[0].status == 0, "\(answers[0].standardError)")
    #expect(answers[1].status == 0, "\(answers[1].standardError)")
    #expect(answers[0].standardOutput == answers[1].standardOutput)
    #expect(answers[0].standardOutput.contains("logprobs"))
  }
}
