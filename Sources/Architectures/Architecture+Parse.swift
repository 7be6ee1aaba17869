public import Failures
public import ModelGraph

extension Architecture {
  /// Looks up what an op takes.
  public typealias OpSignatures = @Sendable (String) -> OpSignature?

  /// Reads and checks a description.
  ///
  /// - Parameters:
  ///   - file: the file's name, for messages.
  ///   - text: the file's text.
  ///   - parts: the text of a part by its name, with the name that messages print.
  ///   - signatures: the ops of the graph language; nil leaves calls in graphs unchecked.
  /// - Throws: all defects found, one line each: `.syntax`, `.name`, `.check`, `.limit`, `.level`.
  public static func parse(
    file: String, text: String, parts: (String) -> (file: String, text: String)?,
    signatures: OpSignatures?
  ) throws(ArchitectureError) -> Architecture {
    let draft = withoutActuallyEscaping(parts) { parts in
      var parser = ArchitectureParser(
        file: file, text: text, isPart: false, draft: ArchitectureDraft(), parts: parts)
      parser.parse()
      return parser.draft
    }
    // Checks look at a whole file only: a line that could not be read would be missed below.
    if let error = ArchitectureError.gathered(draft.problems) { throw error }
    let architecture = draft.architecture()
    if let error = ArchitectureError.gathered(architecture.problems(signatures: signatures)) {
      throw error
    }
    return architecture
  }
}

extension Failure where Domain == ArchitectureDomain {
  /// One error for all of them, a line each, in the order of their places; nil if there are none.
  static func gathered(_ errors: [ArchitectureError]) -> ArchitectureError? {
    guard errors.count > 1 else { return errors.first }
    let sorted = errors.enumerated().sorted { a, b in
      let (x, y) = (a.element.place, b.element.place)
      if x.line != y.line { return (x.line ?? 0) < (y.line ?? 0) }
      if x.column != y.column { return (x.column ?? 0) < (y.column ?? 0) }
      return a.offset < b.offset
    }.map(\.element)
    guard let first = sorted.first else { return nil }
    let shown = sorted.dropFirst().prefix(maximumShown).map(\.description)
    var lines = [first.message] + shown
    if sorted.count - 1 > maximumShown {
      lines.append("... and \(sorted.count - 1 - maximumShown) more")
    }
    return ArchitectureError(first.code, lines.joined(separator: "\n"), at: first.place)
  }

  /// Defects that one error lists beside the first.
  private static var maximumShown: Int { 50 }
}
