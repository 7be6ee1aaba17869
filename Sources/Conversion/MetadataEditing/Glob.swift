/// A shell-style pattern: `*` any run, `?` one character, everything else itself.
public struct Glob: Sendable {
  private let pattern: [UInt8]

  /// A pattern.
  public init(_ pattern: String) { self.pattern = Array(pattern.utf8) }

  /// Whether the whole of `text` matches.
  public func matches(_ text: String) -> Bool {
    let text = Array(text.utf8)
    var (p, t) = (0, 0)
    var star: (p: Int, t: Int)?
    while t < text.count {
      if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
        star = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p] == text[t] || pattern[p] == UInt8(ascii: "?") {
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
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
