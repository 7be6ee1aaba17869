/// A shell-style pattern: `*` any run, `?` one character, everything else itself.
public struct Glob: Sendable {
  private let pattern: [Unicode.Scalar]

  /// A pattern.
  public init(_ pattern: String) { self.pattern = Array(pattern.unicodeScalars) }

  /// Whether the whole of `text` matches.
  public func matches(_ text: String) -> Bool {
    let text = Array(text.unicodeScalars)
    var (p, t) = (0, 0)
    var star: (p: Int, t: Int)?
    while t < text.count {
      if p < pattern.count, pattern[p] == "*" {
        star = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p] == text[t] || pattern[p] == "?" {
        p += 1
        t += 1
      } else if let mark = star {
        star = (mark.p, mark.t + 1)
        p = mark.p + 1
        t = mark.t + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }
}
