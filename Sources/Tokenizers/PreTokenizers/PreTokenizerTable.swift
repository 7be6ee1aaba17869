internal import Documents
internal import Failures
internal import Formats

/// The pre-tokenizers that have a name in GGUF, from Formats/Pretokenizers/pretokenizers.json.
struct PreTokenizerTable: Sendable {
  /// Names that split alike.
  struct Group: Sendable {
    /// GGUF's names.
    let names: [String]
    /// Expressions that split one after the other, as llama.cpp has them.
    let regexes: [String]
    /// The tokenizer's own expressions, where llama.cpp adapted them; else empty.
    let original: [String]
    /// Whether pieces are bytes written as letters.
    let isByteLevel: Bool
    /// Whether a piece that is a token is not split further.
    let ignoresMerges: Bool
    /// Whether llama.cpp adds a beginning of text unless told otherwise.
    let addsBOS: Bool
    /// Whether llama.cpp adds separators unless told otherwise.
    let addsSEP: Bool
    /// Canonical spellings of `regexes` and `original`.
    let spellings: [[String]]
  }

  /// The groups in the table's order.
  let groups: [Group]
  /// Names to choose when several fit, the best first.
  let preferred: [String]
  /// Normal forms of the tokenizers that a name stands for, which GGUF's keys do not hold.
  let normalizers: [String: String]

  /// The table of this program, read once.
  static let shared: Result<PreTokenizerTable, TokenizerError> = {
    do throws(TokenizerError) { return .success(try PreTokenizerTable()) } catch {
      return .failure(error)
    }
  }()

  /// The group of a name.
  func group(named name: String) -> Group? { groups.first { $0.names.contains(name) } }

  /// The name to write for a group.
  func preferredName(_ group: Group) -> String {
    preferred.first { group.names.contains($0) } ?? group.names[0]
  }

  private static let path = "Pretokenizers/pretokenizers.json"

  private init() throws(TokenizerError) {
    let place = Place(file: "Formats/\(Self.path)")
    guard let document = Formats.document(Self.path) else {
      throw TokenizerError(.missing, "the table of pre-tokenizers is missing", at: place)
    }
    let root: JSONValue
    do { root = try JSONValue.parse(document.text) } catch {
      throw TokenizerError(.syntax, wrapping: error, at: place)
    }
    var groups: [Group] = []
    for entry in root["groups"]?.array ?? [] {
      let regexes = entry["regexes"]?.array?.compactMap(\.string) ?? []
      let original = entry["original"]?.array?.compactMap(\.string) ?? []
      guard let names = entry["names"]?.array?.compactMap(\.string), !names.isEmpty,
        let isByteLevel = entry["byteLevel"]?.bool,
        let ignoresMerges = entry["ignoreMerges"]?.bool, let addsBOS = entry["addBOS"]?.bool,
        let addsSEP = entry["addSEP"]?.bool
      else { throw TokenizerError(.schema, "a group of the table is incomplete", at: place) }
      let spellings = [regexes, original].compactMap { list -> [String]? in
        let spelled = list.compactMap { CanonicalRegex.spelling(of: $0) }
        return spelled.isEmpty || spelled.count != list.count ? nil : spelled
      }
      groups.append(
        Group(
          names: names, regexes: regexes, original: original, isByteLevel: isByteLevel,
          ignoresMerges: ignoresMerges, addsBOS: addsBOS, addsSEP: addsSEP, spellings: spellings))
    }
    guard !groups.isEmpty else {
      throw TokenizerError(.schema, "the table has no groups", at: place)
    }
    self.groups = groups
    preferred = root["preferred"]?.array?.compactMap(\.string) ?? []
    normalizers = (root["normalizers"]?.object ?? [:]).reduce(into: [:]) { result, entry in
      result[entry.key] = entry.value.string
    }
  }
}
