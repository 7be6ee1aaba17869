internal import Documents
internal import OrderedCollections

/// What a model card tells of the model's name and origin, in the terms of GGUF's `general.*` keys.
struct CardKeys {
  /// The parts of the name that the card states.
  var name = ModelName("", parameters: 0)
  /// Keys that stand after the name's parts: author, licence, sources, parents, data, tags.
  private(set) var author: String?
  private(set) var description: String?
  private(set) var others: Metadata = [:]
  /// What the user should know.
  let warnings: [String]

  /// Fields of a model or data set that keys are made of.
  static let entryFields = [
    "name", "author", "version", "organization", "description", "url", "doi", "uuid", "repo_url",
  ]

  /// Reads a card.
  ///
  /// - Parameter parameters: elements of all tensors; parents are taken to have as many.
  init(_ card: ModelCard, parameters: Int) {
    var card = card
    name.fullName = card.text(["name", "model_name"])
    author = card.text(["author", "model_author", "model_creator"])
    name.version = card.text(["version", "model_version"])
    name.organization = card.text(["organization", "model_organization"])
    description = card.text(["description", "model_description"])
    name.finetune = card.text(["finetune", "model_finetune"])
    name.basename = card.text(["basename", "model_basename", "model_type"])
    name.sizeLabel = card.text(["size_label", "model_size_label"])
    if let list = card.fields["license"]?.list {
      others.set(
        "general.license",
        list.filter { !$0.isNull }.compactMap(\.scalar?.text).joined(separator: ","))
    } else {
      others.set("general.license", card.text(["license"]))
    }
    others.set("general.license.name", card.text(["license_name"]))
    others.set("general.license.link", card.text(["license_link"]))
    for field in ["url", "doi", "uuid", "repo_url"] {
      others.set("general.source.\(field)", card.text([field, "model_\(field)"]))
    }
    Self.add(
      card.fields, ["base_model", "base_models", "base_model_sources"], "general.base_model",
      parameters, to: &others)
    Self.add(
      card.fields, ["datasets", "dataset", "dataset_sources"], "general.dataset", parameters,
      to: &others)
    Self.addList("general.tags", &card, ["tags", "pipeline_tag"], to: &others)
    Self.addList("general.languages", &card, ["languages", "language"], to: &others)
    warnings = card.warnings
  }

  /// The models or data sets of the first of those fields that is there.
  private static func add(
    _ fields: OrderedDictionary<String, YAMLValue>, _ names: [String], _ key: String,
    _ parameters: Int, to keys: inout Metadata
  ) {
    guard let value = names.lazy.compactMap({ fields[$0] }).first else { return }
    var entries: [YAMLValue] = []
    if let list = value.list { entries = list } else if value.string != nil { entries = [value] }
    keys["\(key).count"] = .u32(UInt32(clamping: entries.count))
    for (index, entry) in entries.enumerated() {
      if let members = entry.map {
        for field in entryFields {
          guard let scalar = members[field]?.scalar else { continue }
          keys.set("\(key).\(index).\(field)", ModelCard.written(scalar))
        }
      } else if let text = entry.string {
        let origin = Origin(text, parameters: parameters)
        keys.set("\(key).\(index).name", origin.name)
        keys.set("\(key).\(index).version", origin.version)
        keys.set("\(key).\(index).organization", origin.organization)
        keys.set("\(key).\(index).repo_url", origin.address)
      }
    }
  }

  private static func addList(
    _ key: String, _ card: inout ModelCard, _ names: [String], to keys: inout Metadata
  ) {
    let texts = names.compactMap { card.texts($0) }.flatMap { $0 }
    if !texts.isEmpty { keys[key] = .array(.strings(PackedStrings(texts))) }
  }

  /// A model or data set that a card names by `organization/name` or an address.
  struct Origin {
    private(set) var name: String?
    private(set) var version: String?
    private(set) var organization: String?
    private(set) var address: String?

    /// Where names without an address are at home.
    static let home = "https://huggingface.co/"

    init(_ text: String, parameters: Int) {
      if ["http://", "https://", "ssh://"].contains(where: text.hasPrefix) {
        address = text
        if let id = Self.id(ofAddress: text) { read(ModelName(id, parameters: parameters)) }
        return
      }
      let parts = ModelName(text, parameters: parameters)
      read(parts)
      if let organization = parts.organization, let name = parts.fullName {
        address = "\(Self.home)\(organization)/\(name)"
      }
    }

    private mutating func read(_ parts: ModelName) {
      name = parts.fullName.map(ModelName.title)
      organization = parts.organization.map(ModelName.title)
      version = parts.version
    }

    /// `organization/name` of an address that is nothing else.
    static func id(ofAddress text: String) -> String? {
      for scheme in [home, "http://huggingface.co/"]
      where text.hasPrefix(scheme) {
        let id = text.dropFirst(scheme.count)
        let parts = id.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) { return String(id) }
      }
      return nil
    }
  }
}

extension Metadata {
  /// Sets a key to a text, unless that is empty.
  fileprivate mutating func set(_ key: String, _ text: String?) {
    if let text, !text.isEmpty { self[key] = .string(text) }
  }
}
