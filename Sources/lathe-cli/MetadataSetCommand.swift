import ArgumentParser
import Lathe

struct MetadataSet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Sets and removes keys, in a new file or in place.",
    discussion:
      "TYPE is u8 to i64, f32, f64, bool, string, int, float, or array<TYPE> with a JSON list.")

  @Argument(help: "A checkpoint: file, folder, index file or first file of a split.")
  var source: String

  @Argument(help: "KEY=TYPE:VALUE, such as general.name=string:Tiny.")
  var keys: [String] = []

  @Option(help: "Remove the keys that match this (* and ?); repeatable.")
  var remove: [String] = []

  @Option(help: "A Jinja file, or a tokenizer_config.json, with the chat template.")
  var chatTemplate: String?

  @Option(help: "ROLE=ID or ROLE=TEXT, such as eos=2 or bos=<s>; repeatable.")
  var specialToken: [String] = []

  @OptionGroup(title: "Keys by their usual names") var names: MetadataNames
  @OptionGroup var target: MetadataTarget

  func run() throws {
    var changes = MetadataChanges()
    for pattern in remove { changes.remove(pattern) }
    for text in keys { try changes.set(text) }
    names.add(to: &changes)
    if let chatTemplate { try changes.setChatTemplate(file: chatTemplate) }
    for text in specialToken { try changes.setToken(text) }
    guard !changes.isEmpty else {
      throw ValidationError("nothing to set: give KEY=TYPE:VALUE or an option that names a key")
    }
    try target.run(source, changes)
  }
}

struct MetadataCopy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "copy",
    abstract: "Copies keys of one header into another, in a new file or in place.",
    discussion: "Without KEYS all of general.* and tokenizer.* that do not tell about the tensors.")

  @Argument(help: "The checkpoint whose keys are taken.")
  var from: String

  @Argument(help: "The checkpoint that gets them.")
  var to: String

  @Argument(help: "Keys or patterns (* and ?), such as 'tokenizer.*'.")
  var keys: [String] = []

  @Flag(help: "Remove keys that match and that the first checkpoint lacks.")
  var replace = false

  @OptionGroup var target: MetadataTarget

  func run() throws {
    let theirs = try MetadataListing(from).keys
    var changes = MetadataChanges()
    try changes.copy(
      theirs, matching: keys, replacing: replace ? try MetadataListing(to).keys : [:])
    try target.run(to, changes)
  }
}

/// Options for keys that are set often.
struct MetadataNames: ParsableArguments {
  @Option(help: "general.name") var name: String?
  @Option(help: "general.author") var author: String?
  @Option(help: "general.organization") var organization: String?
  @Option(help: "general.version") var modelVersion: String?
  @Option(help: "general.description") var description: String?
  @Option(help: "general.license, an SPDX identifier") var license: String?
  @Option(help: "general.license.name") var licenseName: String?
  @Option(help: "general.license.link") var licenseLink: String?
  @Option(help: "general.url") var url: String?
  @Option(help: "general.repo_url") var repoUrl: String?
  @Option(help: "general.tags; repeatable, replaces the list") var tag: [String] = []
  @Option(help: "general.languages; repeatable, replaces the list") var language: [String] = []

  /// Adds the keys that were given.
  func add(to changes: inout MetadataChanges) {
    let texts: [(String, String?)] = [
      ("general.name", name), ("general.author", author),
      ("general.organization", organization), ("general.version", modelVersion),
      ("general.description", description), ("general.license", license),
      ("general.license.name", licenseName), ("general.license.link", licenseLink),
      ("general.url", url), ("general.repo_url", repoUrl),
    ]
    for (key, text) in texts { if let text { changes.setGeneral(key, to: .string(text)) } }
    for (key, list) in [("general.tags", tag), ("general.languages", language)] {
      if !list.isEmpty { changes.setGeneral(key, to: .array(.strings(PackedStrings(list)))) }
    }
  }
}
