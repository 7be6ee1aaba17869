/// An expression as instructions for `RegexSplitter`.
struct RegexProgram: Sendable {
  /// Most instructions; more are refused.
  static let maximumCount = 1 << 14

  enum Instruction: Sendable {
    /// A scalar of a set.
    case one(Int)
    /// As many scalars of a set as there are, at most and at least so many; then fewer.
    case run(Int, fewest: Int, most: Int, isPossessive: Bool)
    /// Goes on at the first place, then at the second.
    case fork(Int, Int)
    case jump(Int)
    case anchor(Anchor)
    /// The instructions up to the place have to match here, or must not.
    case look(end: Int, isNegative: Bool)
    /// The first way in which the instructions up to the place match is the only one.
    case atomic(end: Int)
    case accept
  }

  enum Anchor: Sendable { case lineStart, lineEnd, wordBoundary, noWordBoundary }

  private(set) var instructions: [Instruction] = []
  private(set) var sets: [ScalarSet] = []

  /// The program of an expression; nil if it has parts that are not supported.
  init?(_ pattern: String) {
    guard let branches = RegexParser.branches(of: pattern, exactly: true), add(branches) else {
      return nil
    }
    instructions.append(.accept)
  }

  private mutating func add(_ branches: [[RegexNode]]) -> Bool {
    var jumps: [Int] = []
    for (index, branch) in branches.enumerated() {
      let fork = instructions.count
      let isLast = index == branches.count - 1
      if !isLast { instructions.append(.fork(fork + 1, 0)) }
      for node in branch where !add(node) { return false }
      if !isLast {
        jumps.append(instructions.count)
        instructions.append(.jump(0))
        instructions[fork] = .fork(fork + 1, instructions.count)
      }
    }
    for jump in jumps { instructions[jump] = .jump(instructions.count) }
    return instructions.count <= Self.maximumCount
  }

  private mutating func add(_ node: RegexNode) -> Bool {
    guard instructions.count <= Self.maximumCount else { return false }
    switch node {
    case .literal, .set:
      guard let set = set(node) else { return false }
      instructions.append(.one(set))
      return true
    case .anchor(let name):
      switch name {
      case "^": instructions.append(.anchor(.lineStart))
      case "$": instructions.append(.anchor(.lineEnd))
      case "\\b": instructions.append(.anchor(.wordBoundary))
      case "\\B": instructions.append(.anchor(.noWordBoundary))
      default: return false
      }
      return true
    case .group(let opening, let branches):
      guard opening != "(?:" else { return add(branches) }
      guard opening == "(?=" || opening == "(?!" else { return false }
      let start = instructions.count
      instructions.append(.accept)
      guard add(branches) else { return false }
      instructions.append(.accept)
      instructions[start] = .look(end: instructions.count, isNegative: opening == "(?!")
      return true
    case .repeated(let part, let count):
      guard let quantifier = Quantifier(count) else { return false }
      return add(part, quantifier)
    }
  }

  private mutating func add(_ part: RegexNode, _ quantifier: Quantifier) -> Bool {
    if quantifier.kind != .lazy, let set = set(part) {
      instructions.append(
        .run(
          set, fewest: quantifier.fewest, most: quantifier.most,
          isPossessive: quantifier.kind == .possessive))
      return true
    }
    let start = instructions.count
    if quantifier.kind == .possessive { instructions.append(.accept) }
    guard addCopies(part, quantifier) else { return false }
    if quantifier.kind == .possessive {
      instructions.append(.accept)
      instructions[start] = .atomic(end: instructions.count)
    }
    return true
  }

  private mutating func addCopies(_ part: RegexNode, _ quantifier: Quantifier) -> Bool {
    func fork(_ first: Int, _ second: Int) -> Instruction {
      quantifier.kind == .lazy ? .fork(second, first) : .fork(first, second)
    }
    guard quantifier.fewest <= Self.maximumCount else { return false }
    for _ in 0..<quantifier.fewest where !add(part) { return false }
    if quantifier.most == .max {
      let loop = instructions.count
      instructions.append(.accept)
      guard add(part) else { return false }
      instructions.append(.jump(loop))
      instructions[loop] = fork(loop + 1, instructions.count)
      return true
    }
    guard quantifier.most <= Self.maximumCount else { return false }
    var forks: [Int] = []
    for _ in quantifier.fewest..<quantifier.most {
      forks.append(instructions.count)
      instructions.append(.accept)
      guard add(part) else { return false }
    }
    for place in forks { instructions[place] = fork(place + 1, instructions.count) }
    return true
  }

  /// The index of the set that a part is; nil if it is no set.
  private mutating func set(_ node: RegexNode) -> Int? {
    let set: ScalarSet?
    switch node {
    case .literal(let scalar): set = ScalarSet(scalar)
    case .set(let named):
      set = named.isEverythingButLineFeed ? .allButLineFeed : ScalarSet(named)
    default: return nil
    }
    guard let set else { return nil }
    sets.append(set)
    return sets.count - 1
  }
}
