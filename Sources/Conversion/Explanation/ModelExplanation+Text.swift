internal import Architectures
internal import OrderedCollections
internal import Tensors

extension ModelExplanation {
  /// The explanation for a terminal: tensors that differ in numbers only stand in one line.
  public func text() -> String {
    let names = stated.isEmpty ? "no architecture" : stated.joined(separator: ", ")
    var lines = [
      "checkpoint    \(path)  (\(ByteText.count(tensorCount, "tensor")), \(dialect) names; it states "
        + "\(names))"
    ]
    guard let found = explanation else {
      return lines[0] + "\narchitecture  none: no description knows any of its names\n"
    }
    lines.append("architecture  \(found.architecture.name) (\(found.className)), \(reason(found))")
    lines.append("verdict       \(verdict(found))")
    lines.append("matched       \(found.matched.count) of \(tensorCount) tensors")
    add(
      "not described, or not for these hyper-parameters",
      found.unknown.map { Line($0.name, $0.shape.map { "\($0)" } ?? "") }, to: &lines)
    add(
      "missing", found.missing.map { Line($0.name, wanted($0)) }, to: &lines)
    add(
      "of another shape",
      found.misshapen.map {
        Line($0.name, ($0.found.map { "\($0), " } ?? "") + "not \(wanted($0))")
      },
      to: &lines)
    add("not needed", found.omitted.map { Line($0.name, $0.reason) }, to: &lines)
    add(
      "copies of tied tensors", found.copies.map { Line($0.name, "of \($0.original)") }, to: &lines)
    add(
      "keys of config.json that nothing describes", found.unknownKeys.map { Line($0) }, to: &lines)
    add("other problems", found.problems.map { Line($0) }, to: &lines)
    add(
      "as a GGUF",
      found.limits.map { Line(($0.isLossy ? "cannot be expressed: " : "differs: ") + $0.message) },
      to: &lines)
    return lines.joined(separator: "\n") + "\n"
  }

  private func reason(_ found: Explanation) -> String {
    switch found.choice {
    case .given: "the description that was given"
    case .named: "which the checkpoint names"
    case .nearest:
      "the nearest of all descriptions; none is of "
        + (stated.isEmpty ? "a checkpoint without a name" : stated.joined(separator: ", "))
    }
  }

  private func verdict(_ found: Explanation) -> String {
    if found.fits { return found.choice == .nearest ? "it fits but for its name" : "it fits" }
    return found.comparesShapes ? "it does not fit" : "it does not fit; only names were compared"
  }

  private func wanted(_ match: Explanation.Match) -> String {
    let shape = match.wanted.map { "\($0) " } ?? ""
    return match.canonical.isEmpty ? shape : shape + "(\(match.canonical.joined(separator: ", ")))"
  }

  /// A name and what there is to say about it.
  private struct Line: Hashable {
    let name: String
    let note: String

    init(_ name: String, _ note: String = "") {
      self.name = name
      self.note = note
    }

    /// With a star for every number between points.
    var starred: Line { Line(Self.starred(name), Self.starred(note)) }

    private static func starred(_ text: String) -> String {
      text.split(separator: ".", omittingEmptySubsequences: false)
        .map { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } ? "*" : String($0) }
        .joined(separator: ".")
    }
  }

  /// Most lines of a section.
  private static let maximumLines = 40

  private func add(_ title: String, _ items: [Line], to lines: inout [String]) {
    guard !items.isEmpty else { return }
    var groups = OrderedDictionary<Line, [Line]>()
    for item in items { groups[item.starred, default: []].append(item) }
    lines.append("")
    lines.append("\(title):")
    for (starred, members) in groups.prefix(Self.maximumLines) {
      let shown = members.count == 1 ? members[0] : starred
      let note = shown.note.isEmpty ? "" : "  \(shown.note)"
      lines.append(
        "  \(shown.name)\(note)" + (members.count > 1 ? "  (\(members.count) tensors)" : ""))
    }
    if groups.count > Self.maximumLines {
      lines.append("  ... and \(groups.count - Self.maximumLines) more lines")
    }
  }
}
