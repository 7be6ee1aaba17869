import Testing

@testable import Architectures

@Suite struct NameGlobTests {
  @Test func asterisksStandForAnything() {
    let cases: [(String, String, Bool)] = [
      ("a", "a", true), ("a", "b", false), ("a", "aa", false), ("*", "", true), ("*", "x", true),
      ("a*", "a", true), ("a*", "ba", false), ("*a", "ba", true), ("*a", "ab", false),
      ("*aab*", "aaab", true), ("*ab*ab*", "abab", true), ("*ab*ab*", "aba", false),
      ("a*a", "a", false), ("a*a", "aa", true), ("ab*ba", "aba", false), ("**a**", "a", true),
      ("*weight", "blk.1.weight", true), ("*weight", "blk.1.weights", false), ("", "", true),
      ("", "a", false), ("*.1.*", "blk.1.x", true), ("*.1.*", "blk.11.x", false),
    ]
    for (pattern, name, expected) in cases {
      #expect(NameGlob(pattern).matches(Array(name.utf8)) == expected, "\(pattern) \(name)")
    }
  }

  /// Where a pattern is said to ignore layers, all layers' names match alike.
  @Test func patternsThatIgnoreLayersDoSo() {
    let patterns = [
      "*.1.*", "*1*", "blk.*", "*k.1*", "*time_mix_w1.weight*", "*w1*", "*.x", "blk.1.x", "*",
      "*10*",
      "*l1*", "*k.*", "*2eid*", "*a.1", "*1.x", "*x2.y1*",
    ]
    for pattern in patterns {
      let glob = NameGlob(pattern)
      guard glob.ignoresLayer else { continue }
      for rest in ["x", "w1.weight", "time_mix_w1.weight", "a.1", "tid2eid", "1", "x2.y1", "10"] {
        let found = Set((0..<25).map { glob.matches(Array("blk.\($0).\(rest)".utf8)) })
        #expect(found.count == 1, "\(pattern) \(rest)")
      }
    }
    #expect(NameGlob("*time_mix_w1.weight*").ignoresLayer)
    #expect(!NameGlob("*.1.*").ignoresLayer)
    #expect(!NameGlob("*1*").ignoresLayer)
    #expect(NameGlob("blk.*").ignoresLayer)
  }
}
