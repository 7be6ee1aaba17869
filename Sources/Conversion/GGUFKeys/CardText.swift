internal import Documents
internal import OrderedCollections

/// The `general.*` keys of a GGUF -> the model card of a Hugging Face folder.
enum CardText {
  /// The fields of the card's front matter and the keys that they come from.
  private static let texts: [(field: String, key: String)] = [
    ("license", "general.license"), ("license_name", "general.license.name"),
    ("license_link", "general.license.link"), ("author", "general.author"),
    ("description", "general.description"), ("url", "general.source.url"),
    ("doi", "general.source.doi"), ("uuid", "general.source.uuid"),
    ("repo_url", "general.source.repo_url"),
  ]

  /// The bytes of a README.md; nil if the keys tell nothing that a card is for.
  static func bytes(_ keys: Metadata) -> [UInt8]? {
    var fields: [(String, YAMLValue)] = texts.compactMap { field, key in
      keys[key]?.string.map { (field, .scalar(YAMLScalar($0, isPlain: false))) }
    }
    for (field, key) in [
      ("base_model", "general.base_model"), ("datasets", "general.dataset"),
    ] {
      if let list = origins(keys, key) { fields.append((field, .list(list))) }
    }
    for (field, key) in [("tags", "general.tags"), ("language", "general.languages")] {
      if let list = keys[key]?.strings {
        fields.append((field, .list(list.map { .scalar(YAMLScalar($0, isPlain: false)) })))
      }
    }
    guard !fields.isEmpty else { return nil }
    let matter = YAMLValue.map(.init(fields, uniquingKeysWith: { first, _ in first }))
    let title = keys["general.name"]?.string ?? "Model"
    let line = title.split(whereSeparator: \.isNewline).joined(separator: " ")
    return Array("---\n\(matter.blockText)---\n# \(line)\n".utf8)
  }

  /// The fields of a model or data set.
  private static let entryFields = [
    "name", "author", "version", "organization", "description", "url", "doi", "uuid", "repo_url",
  ]
  /// Most models or data sets of a card.
  private static let entryLimit = 4096

  /// Models or data sets: by their id where that tells all that the keys say, else by their fields.
  private static func origins(_ keys: Metadata, _ key: String) -> [YAMLValue]? {
    guard let count = keys["\(key).count"]?.int, (1...entryLimit).contains(count) else {
      return nil
    }
    return (0..<count).map { index in
      var found: OrderedDictionary<String, String> = [:]
      for field in entryFields { found[field] = keys["\(key).\(index).\(field)"]?.string }
      if let id = shortName(found) { return .scalar(YAMLScalar(id, isPlain: false)) }
      return .map(found.mapValues { .scalar(YAMLScalar($0, isPlain: false)) })
    }
  }

  /// The id or address from which the same fields are read again.
  private static func shortName(_ fields: OrderedDictionary<String, String>) -> String? {
    guard let address = fields["repo_url"] else { return nil }
    for text in [CardKeys.Origin.id(ofAddress: address), address].compactMap({ $0 }) {
      let origin = CardKeys.Origin(text, parameters: 0)
      var again: OrderedDictionary<String, String> = [:]
      again["name"] = origin.name
      again["version"] = origin.version
      again["organization"] = origin.organization
      again["repo_url"] = origin.address
      if Dictionary(uniqueKeysWithValues: again.map { ($0, $1) })
        == Dictionary(uniqueKeysWithValues: fields.map { ($0, $1) })
      {
        return text
      }
    }
    return nil
  }
}
