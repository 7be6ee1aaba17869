import Documents
import Testing
import Tokenizers

/// Chat templates, wherever a folder keeps them, to GGUF's keys and back.
@Suite struct ChatTemplateTests {
  static let main = "{% for m in messages %}{{ m }}{% endfor %}\n"
  static let tool = "{{ tools }}"

  static func folder(_ files: [String: String]) throws -> TokenizerSource {
    let variant = try #require(GoldenVariant.named("llama/llama-bpe-kquant"))
    var all: [String: [UInt8]] = ["tokenizer.json": variant.source.bytes("tokenizer.json") ?? []]
    for (name, text) in files { all[name] = Array(text.utf8) }
    return TokenizerSource(files: all)
  }

  static func text(_ value: JSONValue) -> String { String(decoding: value.bytes(), as: UTF8.self) }

  static let list: JSONValue = [
    ["name": "default", "template": .string(main)],
    ["name": "tool-use", "template": .string(tool)],
  ]

  /// The same two templates in every form that there is.
  static let forms: [[String: String]] = [
    ["tokenizer_config.json": text(["chat_template": list])],
    ["chat_template.jinja": main, "additional_chat_templates/tool-use.jinja": tool],
    ["chat_template.json": text(["chat_template": list])],
    [
      "tokenizer_config.json": text(["chat_template": list]), "chat_template.jinja": "unread",
      "chat_template.json": text(["chat_template": "unread"]),
    ],
  ]

  @Test(arguments: forms) func twoTemplates(_ files: [String: String]) throws {
    let keys = try Self.keys(files)
    #expect(keys["tokenizer.chat_template"] == .string(Self.main))
    #expect(keys["tokenizer.chat_template.tool_use"] == .string(Self.tool))
    #expect(keys["tokenizer.chat_templates"] == .array(.strings(["tool_use"])))
    // And back, as a list, from which the same keys come again.
    let back = try HuggingFaceTokenizerFiles.make(fromGGUF: keys)
    let config = try #require(back.files["tokenizer_config.json"])
    #expect(
      try JSONValue.parse(config)["chat_template"] == [
        ["name": "default", "template": .string(Self.main)],
        ["name": "tool_use", "template": .string(Self.tool)],
      ])
    let again = try Self.keys(["tokenizer_config.json": String(decoding: config, as: UTF8.self)])
    for key in keys.keys where key.contains("chat_template") { #expect(again[key] == keys[key]) }
  }

  static let single: [[String: String]] = [
    ["tokenizer_config.json": text(["chat_template": .string(main)])],
    ["chat_template.jinja": main],
    ["chat_template.json": text(["chat_template": .string(main)])],
  ]

  @Test(arguments: single) func oneTemplate(_ files: [String: String]) throws {
    let keys = try Self.keys(files)
    #expect(keys["tokenizer.chat_template"] == .string(Self.main))
    #expect(keys["tokenizer.chat_templates"] == nil)
    let back = try HuggingFaceTokenizerFiles.make(fromGGUF: keys)
    let config = try JSONValue.parse(try #require(back.files["tokenizer_config.json"]))
    #expect(config["chat_template"] == .string(Self.main))
  }

  @Test func onlyNamedTemplates() throws {
    let list: JSONValue = [
      ["name": "rag", "template": "R"], ["name": "", "template": "nameless"],
    ]
    let keys = try Self.keys(["tokenizer_config.json": Self.text(["chat_template": list])])
    #expect(keys["tokenizer.chat_template"] == nil)
    #expect(keys["tokenizer.chat_template.rag"] == .string("R"))
    let back = try HuggingFaceTokenizerFiles.make(fromGGUF: keys)
    let config = try JSONValue.parse(try #require(back.files["tokenizer_config.json"]))
    #expect(config["chat_template"] == [["name": "rag", "template": "R"]])
  }

  private static func keys(_ files: [String: String]) throws -> Metadata {
    let vocabulary = try TokenizerFormats.read(folder(files))
    return try vocabulary.ggufKeys(length: vocabulary.count).metadata
  }
}
