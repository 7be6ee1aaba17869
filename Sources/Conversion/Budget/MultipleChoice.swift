/// Chooses one option of every item so that the sum of values is least while the sum of weights stays
/// within a capacity: a multiple-choice knapsack.
///
/// First the linear relaxation over the convex hulls of the items' options, whose value no choice can
/// go below. Its rounded solution is then improved by dynamic programming over differences to it, in
/// which only options can take part whose reduced cost is smaller than the gap that is left. The
/// result is an optimum unless more than `widest` partial choices had to be looked at in one step;
/// then `Solution.bound` says how far from it the result can be.
///
/// Everything is a function of the input alone. Of equal values the smaller weight wins, then the
/// option that stands first.
struct MultipleChoice {
  /// What an option costs and what it takes of the capacity; both finite and not negative.
  struct Option: Hashable, Sendable {
    var value: Double
    var weight: Double
  }

  /// A choice for every item.
  struct Solution: Sendable {
    /// Index of each item's option.
    var choices: [Int]
    /// Sum of their values.
    var value: Double
    /// Sum of their weights.
    var weight: Double
    /// No choice within the capacity has a smaller value; equal to `value` if it is proven best.
    var bound: Double
    /// What one unit of capacity more would save, at the margin.
    var price: Double

    /// How far the value can be from the optimum, as a share of it; 0 if it is proven best.
    var gap: Double { bound >= value ? 0 : bound > 0 ? (value - bound) / bound : .infinity }
  }

  /// The options of every item; each has at least one.
  let items: [[Option]]
  /// Most partial choices that a step keeps.
  var widest = 1 << 13
  /// How far a sum of weights may exceed the capacity by rounding, as a share of it.
  var tolerance = 0.0

  /// The best choice; nil if even the lightest options exceed the capacity.
  ///
  /// - Parameter starts: choices that the result must not be worse than, where they fit.
  func solve(capacity: Double, starts: [[Int]] = []) -> Solution? {
    let limit = capacity + tolerance * capacity
    let frontiers = items.map(Frontier.init)
    guard var best = total(of: frontiers.map { $0.lightest }), best.weight <= limit else {
      return nil
    }
    let relaxed = Relaxation(frontiers, items, base: best.choices, weight: best.weight, limit)
    guard let base = total(of: relaxed.choices) else { return nil }
    if base.weight <= limit { improve(&best, by: base) }
    guard relaxed.price > 0 else { return best }
    for start in starts {
      guard let candidate = total(of: start), candidate.weight <= limit else { continue }
      improve(&best, by: candidate)
    }
    let slack = limit - base.weight
    let floor = base.value - relaxed.price * slack
    var core = ChoiceCore(
      items: items, frontiers: frontiers, base: base.choices, price: relaxed.price, slack: slack,
      widest: widest)
    let found = core.search(below: best.value - base.value, floor: floor - base.value)
    if let better = found.choices.flatMap(total), better.weight <= limit {
      improve(&best, by: better)
    }
    best.bound = min(best.value, found.dropped.map { base.value + $0 } ?? best.value)
    best.price = relaxed.price
    return best
  }

  /// The sums of a choice, in the order of the items; nil if it is no choice of these items.
  func total(of choices: [Int]) -> Solution? {
    guard choices.count == items.count else { return nil }
    var value = 0.0
    var weight = 0.0
    for (item, choice) in zip(items, choices) {
      guard item.indices.contains(choice) else { return nil }
      value += item[choice].value
      weight += item[choice].weight
    }
    return Solution(choices: choices, value: value, weight: weight, bound: value, price: 0)
  }

  private func improve(_ best: inout Solution, by other: Solution) {
    if (other.value, other.weight) < (best.value, best.weight) { best = other }
  }
}

/// The options of an item that can be part of a best choice.
struct Frontier {
  /// Indexes of options of rising weight and falling value.
  let options: [Int]
  /// Those of them that lie on the lower convex hull.
  let hull: [Int]

  /// The option of the smallest weight.
  var lightest: Int { options.first ?? 0 }

  init(_ item: [MultipleChoice.Option]) {
    let sorted = item.indices.sorted {
      (item[$0].weight, item[$0].value, $0) < (item[$1].weight, item[$1].value, $1)
    }
    var options: [Int] = []
    for index in sorted {
      if let last = options.last, item[index].value >= item[last].value { continue }
      options.append(index)
    }
    var hull: [Int] = []
    for index in options {
      while hull.count >= 2 {
        let (a, b) = (item[hull[hull.count - 2]], item[hull[hull.count - 1]])
        let c = item[index]
        // b lies on or above the line from a to c.
        let left = (a.value - b.value) * (c.weight - b.weight)
        let right = (b.value - c.value) * (b.weight - a.weight)
        guard left <= right else { break }
        hull.removeLast()
      }
      hull.append(index)
    }
    self.options = options
    self.hull = hull
  }
}

/// The linear relaxation, rounded down: steps along the hulls, the most profitable first, as long as
/// they fit.
struct Relaxation {
  /// The option of each item.
  let choices: [Int]
  /// What the first step that did not fit saves for each unit of weight; 0 if all fitted.
  let price: Double

  private struct Step {
    var gain: Double
    var item: Int
    var place: Int
    var weight: Double
  }

  init(
    _ frontiers: [Frontier], _ items: [[MultipleChoice.Option]], base: [Int], weight: Double,
    _ limit: Double
  ) {
    var steps: [Step] = []
    for (item, frontier) in frontiers.enumerated() {
      for (place, pair) in zip(frontier.hull, frontier.hull.dropFirst()).enumerated() {
        let (from, to) = (items[item][pair.0], items[item][pair.1])
        let added = to.weight - from.weight
        steps.append(
          Step(
            gain: (from.value - to.value) / added, item: item, place: place + 1, weight: added))
      }
    }
    steps.sort { ($1.gain, $0.item, $0.place) < ($0.gain, $1.item, $1.place) }
    var choices = base
    var weight = weight
    var price = 0.0
    for step in steps {
      guard weight + step.weight <= limit else {
        price = step.gain
        break
      }
      weight += step.weight
      choices[step.item] = frontiers[step.item].hull[step.place]
    }
    self.choices = choices
    self.price = price
  }
}
