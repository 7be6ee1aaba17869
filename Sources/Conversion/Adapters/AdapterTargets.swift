internal import Failures

/// The names of a model's tensors, as adapters may spell them: classes with a head put a component
/// before the names that the bare model has, and checkpoints have either.
struct AdapterTargets: Sendable {
  private let names: [String]
  private var index: [String: Int] = [:]
  /// Names by what stands behind their first component.
  private var tails: [String: [Int]] = [:]

  init(_ names: [String]) {
    self.names = names
    for (number, name) in names.enumerated() {
      index[name] = number
      if let tail = Self.tail(of: name) { tails[tail, default: []].append(number) }
    }
  }

  /// The tensor of that name; else the only one that has one component more or less in front.
  ///
  /// - Throws: `.adapter` if several have.
  func find(_ name: String, at place: Place) throws(ConversionError) -> Int? {
    if let exact = index[name] { return exact }
    var found = tails[name] ?? []
    if let tail = Self.tail(of: name), let shorter = index[tail] { found.append(shorter) }
    guard found.count < 2 else {
      let list = found.prefix(3).map { "'\(names[$0])'" }.joined(separator: ", ")
      throw ConversionError(
        .adapter, "several tensors of the model could be meant: \(list)", at: place)
    }
    return found.first
  }

  /// What may help if a name is not found.
  func hint(for name: String) -> String {
    let last = name.split(separator: ".").suffix(2).joined(separator: ".")
    let alike = names.filter { $0.hasSuffix(last) }
    if let first = alike.first { return "; it has tensors such as '\(first)'" }
    return names.first.map { "; it has tensors such as '\($0)'" } ?? ""
  }

  private static func tail(of name: String) -> String? {
    guard let dot = name.firstIndex(of: ".") else { return nil }
    return String(name[name.index(after: dot)...])
  }
}
