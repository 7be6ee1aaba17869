/// The search for a better choice near that of the relaxation.
///
/// A state is a whole choice: the base with some items changed, known by what that adds to value and
/// weight. `value + price * weight` of these never falls as more items change, so that it bounds from
/// below what a state can lead to.
struct ChoiceCore {
  let items: [[MultipleChoice.Option]]
  let frontiers: [Frontier]
  let base: [Int]
  let price: Double
  /// Weight that the base leaves.
  let slack: Double
  let widest: Int

  /// What a search came to.
  struct Outcome {
    /// The best choice found; nil if none is better than what was known.
    var choices: [Int]?
    /// The least bound of what was given up for want of room; nil if nothing was.
    var dropped: Double?
  }

  private struct State {
    var weight: Double
    var value: Double
    /// The changes before the current item.
    var node: Int32
    /// The option that the current item is changed to; -1 if it is not.
    var option: Int32 = -1
  }

  /// A changed item, and the node of the changes before it.
  private struct Node {
    var parent: Int32
    var item: Int32
    var option: Int32
  }

  private struct Change {
    var option: Int
    var value: Double
    var weight: Double
    /// What the change costs beyond the price of its weight.
    var reduced: Double
  }

  private var nodes: [Node] = []

  init(
    items: [[MultipleChoice.Option]], frontiers: [Frontier], base: [Int], price: Double,
    slack: Double, widest: Int
  ) {
    self.items = items
    self.frontiers = frontiers
    self.base = base
    self.price = price
    self.slack = slack
    self.widest = widest
  }

  /// Looks for choices whose value differs from the base's by less than `known`.
  ///
  /// - Parameter floor: the bound of the relaxation, as a difference to the base's value.
  mutating func search(below known: Double, floor: Double) -> Outcome {
    var known = known
    var outcome = Outcome()
    var found: State?
    var foundItem = 0
    let room = known - floor
    let changes = items.indices.map { item in self.changes(of: item, within: room) }
    let order = items.indices.filter { !changes[$0].isEmpty }.sorted {
      (changes[$0].first?.reduced ?? 0, $0) < (changes[$1].first?.reduced ?? 0, $1)
    }
    // What the items behind a place can still take off the weight.
    var relief = [Double](repeating: 0, count: order.count + 1)
    for place in order.indices.reversed() {
      let least = changes[order[place]].reduce(0) { min($0, $1.weight) }
      relief[place] = relief[place + 1] + least
    }
    var states = [State(weight: 0, value: 0, node: -1)]
    for (place, item) in order.enumerated() {
      var next = states
      for state in states {
        for change in changes[item] {
          let value = state.value + change.value
          let weight = state.weight + change.weight
          guard floor + value + price * weight < known, weight + relief[place + 1] <= slack else {
            continue
          }
          let made = State(
            weight: weight, value: value, node: state.node, option: Int32(change.option))
          next.append(made)
          guard weight <= slack, (value, weight) < (known, found?.weight ?? -1) else { continue }
          known = value
          found = made
          foundItem = item
        }
      }
      states = best(of: next, below: known, floor: floor, relief: relief[place + 1])
      if states.count > widest { outcome.dropped = drop(&states, floor, outcome.dropped) }
      for index in states.indices { commit(&states[index], item) }
    }
    if var found {
      commit(&found, foundItem)
      outcome.choices = choices(of: found.node)
    }
    outcome.dropped = outcome.dropped.map { min($0, known) }
    return outcome
  }

  /// Writes down a state's change of the current item.
  private mutating func commit(_ state: inout State, _ item: Int) {
    guard state.option >= 0 else { return }
    nodes.append(Node(parent: state.node, item: Int32(item), option: state.option))
    state.node = Int32(nodes.count - 1)
    state.option = -1
  }

  /// The changes of an item that can lead below the bound, the cheapest first.
  private func changes(of item: Int, within room: Double) -> [Change] {
    let old = items[item][base[item]]
    var changes: [Change] = []
    for option in frontiers[item].options where option != base[item] {
      let new = items[item][option]
      let (value, weight) = (new.value - old.value, new.weight - old.weight)
      let reduced = value + price * weight
      guard reduced < room else { continue }
      changes.append(Change(option: option, value: value, weight: weight, reduced: reduced))
    }
    return changes.sorted { ($0.reduced, $0.option) < ($1.reduced, $1.option) }
  }

  /// The states that no other one beats in both value and weight, by rising weight.
  private func best(
    of states: [State], below known: Double, floor: Double, relief: Double
  ) -> [State] {
    var kept: [State] = []
    let sorted = states.sorted {
      ($0.weight, $0.value, $0.node, $0.option) < ($1.weight, $1.value, $1.node, $1.option)
    }
    for state in sorted {
      guard state.weight + relief <= slack else { break }
      guard floor + state.value + price * state.weight < known else { continue }
      if let last = kept.last, state.value >= last.value { continue }
      kept.append(state)
    }
    return kept
  }

  /// Keeps the most promising states.
  ///
  /// - Returns: the least bound of all that were given up.
  private func drop(_ states: inout [State], _ floor: Double, _ before: Double?) -> Double? {
    let ranked = states.sorted {
      ($0.value + price * $0.weight, $0.weight) < ($1.value + price * $1.weight, $1.weight)
    }
    states = ranked.prefix(widest).sorted { $0.weight < $1.weight }
    guard ranked.count > widest else { return before }
    let least = floor + ranked[widest].value + price * ranked[widest].weight
    return min(least, before ?? least)
  }

  private func choices(of node: Int32) -> [Int] {
    var result = base
    var place = Int(node)
    while nodes.indices.contains(place) {
      result[Int(nodes[place].item)] = Int(nodes[place].option)
      place = Int(nodes[place].parent)
    }
    return result
  }
}
