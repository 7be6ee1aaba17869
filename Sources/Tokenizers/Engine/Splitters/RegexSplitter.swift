/// Splits by any expression of the kind that pre-tokenizers use: sets, alternatives, groups, greedy,
/// lazy and possessive quantifiers, look-ahead, line and word boundaries (`^` and `$` are those of
/// lines).
///
/// Matching tries the alternatives in order, as the engines of tiktoken and tokenizers do. Once a
/// match takes long, every state is tried only once for each position, so that time stays within the
/// length of the program times the length of the text.
struct RegexSplitter: PatternSplitter {
  /// Steps after which states are remembered.
  static let memoryThreshold = 4096

  let program: RegexProgram

  /// Nil if the expression has parts that are not supported.
  init?(_ pattern: String) {
    guard let program = RegexProgram(pattern) else { return nil }
    self.program = program
  }

  /// A place to go on if what was tried fails.
  private struct Choice {
    var instruction: Int
    var position: Int
    /// Where a run may be cut back to; `position` if there is nothing to cut.
    var shortest: Int
  }

  func matchEnd(in text: SplitText, at position: Int) -> Int? {
    match(text, from: 0, at: position)
  }

  private func match(_ text: SplitText, from first: Int, at start: Int) -> Int? {
    var choices: [Choice] = []
    var visited: Set<Int> = []
    var steps = 0
    var instruction = first
    var position = start
    while true {
      steps += 1
      var isAlive = true
      if steps > Self.memoryThreshold {
        let state = instruction &* (text.count + 1) &+ position
        isAlive = visited.insert(state).inserted
      }
      if isAlive {
        switch program.instructions[instruction] {
        case .accept: return position
        case .one(let set):
          if let length = text.match(program.sets[set], at: position) {
            position += length
            instruction += 1
          } else {
            isAlive = false
          }
        case .run(let set, let fewest, let most, let isPossessive):
          if let (end, shortest) = run(text, program.sets[set], at: position, fewest, most) {
            instruction += 1
            if end > shortest, !isPossessive {
              choices.append(Choice(instruction: instruction, position: end, shortest: shortest))
            }
            position = end
          } else {
            isAlive = false
          }
        case .fork(let next, let other):
          choices.append(Choice(instruction: other, position: position, shortest: position))
          instruction = next
        case .jump(let next): instruction = next
        case .anchor(let anchor):
          isAlive = holds(anchor, text, at: position)
          instruction += 1
        case .look(let end, let isNegative):
          isAlive = (match(text, from: instruction + 1, at: position) == nil) == isNegative
          instruction = end
        case .atomic(let end):
          if let matched = match(text, from: instruction + 1, at: position) {
            position = matched
            instruction = end
          } else {
            isAlive = false
          }
        }
      }
      guard !isAlive else { continue }
      guard var choice = choices.popLast() else { return nil }
      if choice.position > choice.shortest {
        choice.position = UTF8Scalars.previous(text.bytes, choice.position, from: choice.shortest)
        if choice.position > choice.shortest { choices.append(choice) }
      }
      instruction = choice.instruction
      position = choice.position
    }
  }

  /// The end of a run, and the end of its shortest form; nil if it is too short.
  private func run(
    _ text: SplitText, _ set: ScalarSet, at start: Int, _ fewest: Int, _ most: Int
  ) -> (end: Int, shortest: Int)? {
    let (shortest, count) = text.run(of: set, from: start, most: fewest)
    guard count == fewest else { return nil }
    return (text.run(of: set, from: shortest, most: most - fewest).end, shortest)
  }

  private func holds(_ anchor: RegexProgram.Anchor, _ text: SplitText, at position: Int) -> Bool {
    switch anchor {
    case .lineStart: position == 0 || text.bytes[position - 1] == 0x0A
    case .lineEnd: position == text.count || text.bytes[position] == 0x0A
    case .wordBoundary: isBoundary(text, position)
    case .noWordBoundary: !isBoundary(text, position)
    }
  }

  private func isBoundary(_ text: SplitText, _ position: Int) -> Bool {
    func isWord(_ position: Int) -> Bool {
      text.match(.word, at: position) != nil
    }
    let before =
      position > 0 && isWord(UTF8Scalars.previous(text.bytes, position, from: 0))
    return before != (position < text.count && isWord(position))
  }
}
