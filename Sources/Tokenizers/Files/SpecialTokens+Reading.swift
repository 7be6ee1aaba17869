internal import Documents
internal import Failures
internal import OrderedCollections

extension SpecialTokens {
  /// What the files say, by the rules of GGUF's converter (gguf-py's SpecialVocab), so that the
  /// same keys come out in the same order.
  ///
  /// Tokens that tokenizer_config.json names are looked for among tokenizer.json's added tokens;
  /// then config.json's ids fill what is missing. The first and last token of tokenizer.json's
  /// template say what is added to a text.
  struct Reader {
    /// tokenizer.json, if there is one or one can be made of the other files.
    let json: TokenizerJSON?
    /// Ids of tokenizer.json's added tokens by text, as they are when loaded.
    let addedID: (String) -> Int?
    /// tokenizer_config.json, nil if it is missing or empty.
    private var config: OrderedDictionary<String, JSONValue>?
    private var roles = SpecialRole.named
    private var result = SpecialTokens()

    init(
      json: TokenizerJSON?, config: JSONValue?, addedID: @escaping (String) -> Int?
    ) {
      self.json = json
      self.addedID = addedID
      let object = config?.object ?? [:]
      self.config = object.isEmpty ? nil : object
    }

    /// The facts; `mainConfig` is config.json.
    mutating func read(mainConfig: JSONValue?) -> SpecialTokens {
      if let json {
        readNormalizer(json.normalizer, depth: 0)
        readPostProcessor(json.postProcessor)
      }
      readConfig()
      readMainConfig(mainConfig)
      return result
    }

    private mutating func readNormalizer(_ value: JSONValue, depth: Int) {
      guard depth <= PreTokenizerSteps.maximumDepth else { return }
      switch value["type"]?.string {
      case "Lowercase": result.lowercase = true
      case "StripAccents": result.stripAccents = true
      case "BertNormalizer":
        if let lowercase = value["lowercase"] { result.lowercase = lowercase.bool }
        if let strip = value["strip_accents"] { result.stripAccents = strip.bool }
      case "Sequence":
        for part in value["normalizers"]?.array ?? [] { readNormalizer(part, depth: depth + 1) }
      default: break
      }
    }

    // MARK: - What is added to a text

    /// What tokenizer_config.json names for a role: a text or an object.
    private func named(_ role: SpecialRole) -> JSONValue? {
      guard let entry = config?["\(role.name)_token"], !entry.isNull, entry != "" else {
        return nil
      }
      return entry
    }

    private mutating func name(_ role: SpecialRole, _ entry: JSONValue) {
      config?["\(role.name)_token"] = entry
    }

    private mutating func readPostProcessor(_ value: JSONValue) {
      if named(.bos) == nil, let cls = named(.cls) { name(.bos, cls) }
      if named(.eos) == nil, let sep = named(.sep) { name(.eos, sep) }
      for processor in value["processors"]?.array ?? [value] {
        switch processor["type"]?.string {
        case "ByteLevel":
          if result.added[.bos] == nil { result.added[.bos] = false }
          if result.added[.eos] == nil { result.added[.eos] = false }
        case "RobertaProcessing":
          result.added[.bos] = true
          result.added[.eos] = true
          result.added[.sep] = true
          if named(.cls) == nil, let cls = processor["cls"]?[0] ?? named(.bos) { name(.cls, cls) }
          if named(.sep) == nil, let sep = processor["sep"]?[0] ?? named(.eos) { name(.sep, sep) }
        case "TemplateProcessing": readTemplate(processor)
        default: break
        }
      }
    }

    /// Reads a template: what stands first and last in that of one text, and between two texts.
    private mutating func readTemplate(_ processor: JSONValue) {
      let single = processor["single"]?.array ?? []
      var first: JSONValue?
      var last: JSONValue?
      if single.count > 1 {
        first = Self.special(single[0])
        last = Self.special(single[single.count - 1])
      }
      if let first { readFirst(first) }
      if let last { readLast(last) }
      var middle = (processor["pair"]?.array ?? [])[...]
      if let first, let head = middle.first, isSame(Self.special(head), first) {
        middle.removeFirst()
      }
      if let last, let tail = middle.last, isSame(Self.special(tail), last) { middle.removeLast() }
      guard middle.count > 2, middle.first?["Sequence"]?["id"] == "A",
        middle.last?["Sequence"]?["id"] == "B"
      else { return }
      readSeparators(Array(middle.dropFirst().dropLast()), last: last)
    }

    private mutating func readFirst(_ first: JSONValue) {
      if config == nil {
        result.added[.bos] = true
        return
      }
      if !isSame(first, named(.bos)), !isSame(first, named(.cls)) {
        if named(.bos) == nil { name(.bos, first) }
        if named(.cls) == nil { name(.cls, first) }
      }
      result.added[.bos] = isSame(first, named(.bos)) || isSame(first, named(.cls))
    }

    private mutating func readLast(_ last: JSONValue) {
      if config != nil, !isSame(last, named(.eos)) {
        for role in [SpecialRole.eot, .eom] where !roles.contains(role) {
          roles.append(role)
          let former = named(.eos) ?? .null
          name(role, former)
          break
        }
        name(.eos, last)
      }
      result.added[.eos] = true
    }

    private mutating func readSeparators(_ separators: [JSONValue], last: JSONValue?) {
      func isSeparator(_ entry: JSONValue) -> Bool {
        guard let token = Self.special(entry) else { return false }
        if config == nil { return isSame(token, last) }
        return isSame(token, named(.sep)) || isSame(token, named(.eos))
      }
      var adds = isSeparator(separators[0]) && last == nil
      if separators.count == 2, isSeparator(separators[1]) { adds = true }
      result.added[.sep] = adds
      if adds, named(.sep) == nil, config != nil, let eos = named(.eos) { name(.sep, eos) }
    }

    /// Whether two entries are the same; texts are compared as bytes.
    private func isSame(_ a: JSONValue?, _ b: JSONValue?) -> Bool {
      if let a = a?.string, let b = b?.string { return a.utf8.elementsEqual(b.utf8) }
      return a == b
    }

    /// The text of a template's special token.
    private static func special(_ entry: JSONValue) -> JSONValue? {
      guard let id = entry["SpecialToken"]?["id"], id != "" else { return nil }
      return id
    }

    // MARK: - Ids

    private mutating func readConfig() {
      guard config != nil else { return }
      for role in roles {
        if let adds = config?["add_\(role.name)_token"]?.bool, result.added[role] == nil {
          result.added[role] = adds
        }
        guard let entry = config?["\(role.name)_token"],
          let text = entry.string ?? entry["content"]?.string, let id = addedID(text)
        else { continue }
        if result.ids[role] == nil { result.ids[role] = id }
      }
    }

    private mutating func readMainConfig(_ main: JSONValue?) {
      for role in roles {
        let key = "\(role.name)_token_id"
        let entry = main?[key].flatMap { $0.isNull ? nil : $0 } ?? main?["text_config"]?[key]
        guard let id = entry?.int, result.ids[role] == nil else { continue }
        result.ids[role] = id
      }
    }
  }
}
