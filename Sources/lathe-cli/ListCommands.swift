import ArgumentParser
import Lathe

struct TypesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "types", abstract: "Lists the types that tensors can have.")

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    let writable = Set(TypeChoice.writable)
    if json {
      return Output.result(
        .array(
          Encoding.all.map { encoding in
            .object([
              "name": .string(encoding.name), "block_elements": .int(encoding.blockElements),
              "block_bits": .int(encoding.blockBits),
              "bits_per_weight": .double(Self.bitsPerWeight(encoding)),
              "made": .bool(writable.contains(encoding)),
              "importance": encoding.importance.map { .string($0.rawValue) } ?? .null,
              "formats": .array(Self.formats(encoding).map(JSONValue.string)),
            ])
          }))
    }
    var table = TextTable(
      ["type", "bits/weight", "block", "bytes", "made", "importance", "formats"], right: [1, 2, 3])
    for encoding in Encoding.all {
      let bytes = encoding.blockBits % 8 == 0 ? String(encoding.blockBits / 8) : "-"
      table.add([
        encoding.name, ByteText.fixed(Self.bitsPerWeight(encoding), 4),
        String(encoding.blockElements), bytes,
        writable.contains(encoding) ? "yes" : "no", encoding.importance?.rawValue ?? "-",
        Self.formats(encoding).joined(separator: " "),
      ])
    }
    Output.result(table.text())
  }

  private static func bitsPerWeight(_ encoding: Encoding) -> Double {
    Double(encoding.blockBits) / Double(encoding.blockElements)
  }

  private static func formats(_ encoding: Encoding) -> [String] {
    FileFormats.all.filter { $0.canHold(encoding) }.map { $0.id }
  }
}

struct FormatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "formats", abstract: "Lists the file formats that are read and written.")

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    if json {
      return Output.result(
        .array(
          FileFormats.all.map { format in
            .object([
              "id": .string(format.id), "summary": .string(format.summary),
              "extensions": .array(format.extensions.map(JSONValue.string)),
              "index": format.indexName.map(JSONValue.string) ?? .null,
              "dialect": format.dialect.map { .string($0.name) } ?? .null,
            ])
          }))
    }
    var table = TextTable(["format", "endings", "names", "summary"])
    for format in FileFormats.all {
      table.add([
        format.id, format.extensions.map { "." + $0 }.joined(separator: " "),
        format.dialect?.name ?? "-", format.summary,
      ])
    }
    Output.result(table.text())
  }
}

struct ArchitecturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "architectures",
    abstract: "Lists the architectures that names are mapped for, or explains how one fits.")

  @Option(
    help: """
      Say of this checkpoint (file or folder) which tensors and keys its description matches and which \
      not; of an unknown one, how it differs from the nearest family.
      """)
  var explain: String?

  @Option(help: "With --explain: this description instead of the known ones.")
  var architecture: String?

  @Option(help: "With --explain: config.json of a GGUF's original model.")
  var config: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    if let explain {
      var request = ConversionRequest(source: explain, destination: "")
      request.architectureFile = architecture
      request.configFile = config
      let explanation = try ModelExplanation(request)
      if json { Output.result(explanation.json()) } else { Output.result(explanation.text()) }
      return
    }
    guard architecture == nil, config == nil else {
      throw ValidationError("--architecture and --config go with --explain")
    }
    let known = try Architectures.all.get()
    if json {
      return Output.result(
        .array(
          known.map { architecture in
            .object([
              "name": .string(architecture.name),
              "gguf": architecture.gguf.isEmpty ? .null : .string(architecture.gguf),
              "classes": .array(architecture.classes.map(JSONValue.string)),
              "language_level": .int(architecture.level),
            ])
          }))
    }
    var table = TextTable(["architecture", "gguf", "classes"])
    for architecture in known {
      table.add([
        architecture.name, architecture.gguf.isEmpty ? "-" : architecture.gguf,
        architecture.classes.joined(separator: " "),
      ])
    }
    Output.result(table.text())
  }
}

struct RecipesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipes", abstract: "Lists the recipes that give tensors their types.")

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    let known = try Recipes.all.get()
    if json {
      return Output.result(
        .array(
          known.map { recipe in
            .object([
              "name": .string(recipe.name),
              "aliases": .array(recipe.aliases.map(JSONValue.string)),
              "base": .string(recipe.base.name),
              "file_type": recipe.fileType.map(JSONValue.int) ?? .null,
            ])
          }))
    }
    var table = TextTable(["recipe", "base type", "file type", "other names"], right: [2])
    for recipe in known {
      table.add([
        recipe.name, recipe.base.name, recipe.fileType.map(String.init) ?? "-",
        recipe.aliases.isEmpty ? "-" : recipe.aliases.joined(separator: " "),
      ])
    }
    Output.result(table.text())
  }
}

extension Encoding {
  /// What the encoder of a block type makes of importance; nil for types without an encoder.
  fileprivate var importance: ImportanceUse? {
    quantType.flatMap { $0.isEncoded ? $0.codec?.importance : nil }
  }
}
