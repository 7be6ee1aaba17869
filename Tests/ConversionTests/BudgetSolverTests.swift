import Testing

@testable import Conversion

/// The multiple-choice knapsack beside trying everything.
@Suite struct BudgetSolverTests {
  /// A generator of small numbers, the same on every machine.
  struct Numbers {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
  }

  /// The least (value, weight) of all choices that fit.
  static func best(
    _ items: [[MultipleChoice.Option]], capacity: Double
  ) -> (value: Double, weight: Double)? {
    var best: (value: Double, weight: Double)?
    var choices = [Int](repeating: 0, count: items.count)
    while true {
      let weight = zip(items, choices).reduce(0.0) { $0 + $1.0[$1.1].weight }
      let value = zip(items, choices).reduce(0.0) { $0 + $1.0[$1.1].value }
      if weight <= capacity, best.map({ (value, weight) < $0 }) ?? true { best = (value, weight) }
      var place = 0
      while place < items.count {
        choices[place] += 1
        if choices[place] < items[place].count { break }
        choices[place] = 0
        place += 1
      }
      if place == items.count { return best }
    }
  }

  /// Items as errors and bytes are: falling and convex on the whole, with exceptions, ties and zeros.
  static func items(_ seed: Int) -> [[MultipleChoice.Option]] {
    var numbers = Numbers(state: UInt64(seed))
    let kind = numbers.next(3)
    return (0..<1 + numbers.next(6)).map { _ in
      let size = 1 + numbers.next(40)
      return (0..<1 + numbers.next(5)).map { _ in
        switch kind {
        case 0:
          return .init(value: Double(numbers.next(100)), weight: Double(numbers.next(50)))
        case 1:
          let bits = 1 + numbers.next(8)
          return .init(
            value: Double(size * 1000 >> (2 * bits)) + Double(numbers.next(20)),
            weight: Double(size * bits))
        default:
          return .init(value: Double(numbers.next(4)), weight: Double(numbers.next(4)))
        }
      }
    }
  }

  @Test func everySmallProblemIsSolvedExactly() throws {
    for seed in 1...1500 {
      let items = Self.items(seed)
      let heaviest = items.reduce(0.0) { $0 + ($1.map(\.weight).max() ?? 0) }
      for share in [0.0, 0.2, 0.4, 0.6, 0.9, 1.0] {
        let capacity = (heaviest * share).rounded()
        let found = MultipleChoice(items: items).solve(capacity: capacity)
        let expected = Self.best(items, capacity: capacity)
        #expect(found?.value == expected?.value, "seed \(seed), capacity \(capacity)")
        #expect(found.map { $0.gap } ?? 0 == 0)
        #expect(found.map { $0.weight <= capacity } ?? true)
        if let found, let again = MultipleChoice(items: items).solve(capacity: capacity) {
          #expect(found.choices == again.choices)
        }
      }
    }
  }

  /// With no room for partial choices the stated gap holds, and starts are not made worse.
  @Test func narrowSearchesStateTheirGap() throws {
    var proven = 0
    for seed in 1...600 {
      let items = Self.items(seed)
      let heaviest = items.reduce(0.0) { $0 + ($1.map(\.weight).max() ?? 0) }
      let capacity = (heaviest * 0.5).rounded()
      guard let expected = Self.best(items, capacity: capacity) else { continue }
      var problem = MultipleChoice(items: items)
      problem.widest = 1
      let found = try #require(problem.solve(capacity: capacity))
      #expect(found.value >= expected.value && found.bound <= expected.value)
      if found.gap == 0 {
        #expect(found.value == expected.value)
        proven += 1
      }
      let exact = try #require(MultipleChoice(items: items).solve(capacity: capacity))
      let started = try #require(problem.solve(capacity: capacity, starts: [exact.choices]))
      #expect(started.value == expected.value)
    }
    #expect(proven > 0)
  }

  /// Layers alike, as models have them: hundreds of items, and no choice is given up.
  @Test func largeProblemsAreProven() throws {
    var numbers = Numbers(state: 7)
    let items = (0..<240).map { item in
      let weights = [4096 * 4096, 4096 * 1024, 4096 * 14336][item % 3]
      let scale = Double(1 + numbers.next(1000)) / 100
      return [1.5625, 2.0625, 2.625, 3.4375, 4.25, 4.5, 5.5, 6.5625, 8.5, 16].map { bits in
        let noise = 1 + Double(numbers.next(1000)) / 5000
        let value = Double(weights) * scale * noise / Double(1 << Int(2 * bits))
        return MultipleChoice.Option(value: value, weight: Double(weights) * bits / 8)
      }
    }
    let all = items.reduce(0.0) { $0 + $1[9].weight }
    for share in [0.15, 0.28, 0.31, 0.45, 0.7] {
      let found = try #require(MultipleChoice(items: items).solve(capacity: all * share))
      #expect(found.weight <= all * share)
      #expect(found.gap < 1e-5, "\(found.gap)")
    }
  }

  @Test func nothingFits() {
    let problem = MultipleChoice(items: [
      [.init(value: 1, weight: 5)], [.init(value: 2, weight: 6)],
    ])
    #expect(problem.solve(capacity: 10) == nil)
    #expect(problem.solve(capacity: 11)?.choices == [0, 0])
  }
}
