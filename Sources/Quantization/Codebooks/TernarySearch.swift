/// The weights of a sub-block of the IQ1 types, in ascending order, and ways to code them as points
/// of the ternary grid.
///
/// A digit l of a point stands for l - 1 + delta, where delta is 1/8 (shift up) or -1/8.
struct TernarySearch {
  /// The weights.
  let values: [Float]
  /// What a squared error of each costs.
  let costs: [Float]
  /// Places of the weights in ascending order; equal ones keep theirs.
  let order: [Int]

  static let book = Codebook.iq1
  /// What digits stand for, by shift.
  static let steps: [[Float]] = [[-0.875, 0.125, 1.125], [-1.125, -0.125, 0.875]]

  init(values: [Float], costs: [Float]) {
    self.values = values
    self.costs = costs
    order = values.indices.sorted { values[$0] == values[$1] ? $0 < $1 : values[$0] < values[$1] }
  }

  /// The greatest magnitude.
  var greatest: Float { values.reduce(0) { $0 > $1.magnitude ? $0 : $1.magnitude } }

  /// Where the ascending weights part into digits 0, 1 and 2, with the shifts of the halves.
  struct Split {
    var scale: Float
    var ends = (0, 0)
    /// One shift for all, or one for each half.
    var shifts: [Int] = []
    fileprivate var score = -Float.greatestFiniteMagnitude

    /// Takes sums of cost * value * level and of cost * level^2 if they fit better.
    fileprivate mutating func take(
      _ product: Float, _ square: Float, _ first: Int, _ second: Int,
      _ shifts: @autoclosure () -> [Int]
    ) {
      guard square > 0, product * product > score * square else { return }
      scale = product / square
      score = scale * product
      ends = (first, second)
      self.shifts = shifts()
    }
  }

  /// The digits of a split as codes per group; a negative scale turns digits and shifts around.
  func codes(_ split: inout Split) -> [Int] {
    var digits = [Int](repeating: 0, count: values.count)
    for (rank, place) in order.enumerated() {
      digits[place] = rank < split.ends.0 ? 0 : rank < split.ends.1 ? 1 : 2
    }
    if split.scale < 0 {
      digits = digits.map { 2 - $0 }
      split.scale = -split.scale
      split.shifts = split.shifts.map { 1 - $0 }
    }
    return stride(from: 0, to: values.count, by: 8).map { start in
      digits[start..<start + 8].reversed().reduce(0) { $0 * 3 + $1 }
    }
  }

  /// Moves codes to points of the grid, and fits the scale to them if one moved.
  ///
  /// - Returns: false if ggml stops.
  func settle(_ codes: inout [Int], _ scale: inout Float, shifts: [Int]) -> Bool {
    var hasMoved = false
    for group in codes.indices where Self.book.index(codes[group]) == nil {
      hasMoved = true
      guard
        let neighbour = Self.book.nearest(
          codes[group], scale: scale, steps: Self.steps[shifts[group]],
          to: values[8 * group..<8 * group + 8], costs: costs[8 * group..<8 * group + 8])
      else { return false }
      codes[group] = neighbour
    }
    guard hasMoved else { return true }
    var (product, square) = (Float(0), Float(0))
    for group in codes.indices {
      addSums(group, codes[group], Self.steps[shifts[group]], &product, &square)
    }
    if product > 0, square > 0 { scale = product / square }
    return true
  }

  /// Adds cost * level * value and cost * level^2 of a group.
  func addSums(
    _ group: Int, _ code: Int, _ steps: [Float], _ product: inout Float, _ square: inout Float
  ) {
    var rest = code
    for i in 8 * group..<8 * group + 8 {
      let level = steps[rest % 3]
      rest /= 3
      product += costs[i] * level * values[i]
      square += costs[i] * level * level
    }
  }

  /// The 3-bit codes of the scales of sub-blocks, and d in f32: code l stands for (2 l + 1) d, the
  /// greatest gets 15.
  ///
  /// - Precondition: one of the scales is not zero.
  static func codes(ofScales scales: [Float]) -> (d: Float, codes: [Int]) {
    let d = scales.reduce(0) { $0 > $1 ? $0 : $1 } / 15
    let inverse = 1 / d
    return (d, scales.map { max(0, min(7, Codebook.rounded(0.5 * (inverse * $0 - 1)))) })
  }

  /// w = d * (2 * scale + 1) * (grid + shift / 8) for the parts of the IQ1 types.
  static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>) {
    let d = Float(half: parts[.scale][0])
    let perScale = 32 / parts[.subScale].count
    let perShift = 32 / parts[.shift].count
    for group in 0..<32 {
      let scale = d * Float(2 * parts[.subScale][group / perScale] + 1)
      let shift: Float = parts[.shift][group / perShift] == 1 ? -0.125 : 0.125
      let point = book.point(parts[.index][group])
      for j in 0..<8 {
        let level = Float(Int8(truncatingIfNeeded: point >> UInt64(8 * j)))
        weights[8 * group + j] = scale * (level + shift)
      }
    }
  }
}

extension TernarySearch {
  /// The best split with one shift for all weights, as IQ1_S searches it: nil if no sums are
  /// positive.
  ///
  /// The sums of a part are differences of sums of all weights up to a rank.
  ///
  /// - Parameter isHeld: set to false if sums overflow.
  func split(isHeld: inout Bool) -> Split? {
    let count = values.count
    var products: [Float] = [0]
    var squares: [Float] = [0]
    for (rank, i) in order.enumerated() {
      products.append(products[rank] + costs[i] * values[i])
      squares.append(squares[rank] + costs[i])
    }
    guard products[count].isFinite, squares[count].isFinite else {
      isHeld = false
      return nil
    }
    var split = Split(scale: 0)
    for first in 0...count {
      for second in first...count {
        for (shift, steps) in Self.steps.enumerated() {
          let product =
            products[first] * steps[0] + (products[second] - products[first]) * steps[1]
            + (products[count] - products[second]) * steps[2]
          let square =
            squares[first] * steps[0] * steps[0]
            + (squares[second] - squares[first]) * steps[1] * steps[1]
            + (squares[count] - squares[second]) * steps[2] * steps[2]
          split.take(product, square, first, second, [Int](repeating: shift, count: count / 8))
        }
      }
    }
    return split.shifts.isEmpty ? nil : split
  }

  /// The best split with a shift for each half of 16 weights, as IQ1_M searches it: nil if no sums
  /// are positive.
  ///
  /// Neighbouring levels are 1 apart, so sums follow from totals and two sums up to
  /// a rank, half by half.
  ///
  /// - Parameter isHeld: set to false if sums overflow.
  func splitOfHalves(isHeld: inout Bool) -> Split? {
    var products: [[Float]] = [[0], [0]]
    var squares: [[Float]] = [[0], [0]]
    for (rank, i) in order.enumerated() {
      for half in 0..<2 {
        let isHere = i / 8 == half
        products[half].append(
          isHere ? products[half][rank] + costs[i] * values[i] : products[half][rank])
        squares[half].append(isHere ? squares[half][rank] + costs[i] : squares[half][rank])
      }
    }
    let totals = products.map { $0[16] }
    let weights = squares.map { $0[16] }
    guard (totals + weights).allSatisfy(\.isFinite) else {
      isHeld = false
      return nil
    }
    var split = Split(scale: 0)
    // By shift: the highest level, and what a step down from the middle, from the top, changes.
    let tops: [Float] = [1.125, 0.875]
    let lower: [Float] = [0.75, 1.25]
    let upper: [Float] = [-1.25, -0.75]
    for first in 0...16 {
      for second in first...16 {
        var product: [Float] = []
        var square: [Float] = []
        for half in 0..<2 {
          let steps = products[half][first] + products[half][second]
          for shift in 0..<2 {
            product.append(totals[half] * tops[shift] - steps)
            square.append(
              weights[half] * tops[shift] * tops[shift] + squares[half][first] * lower[shift]
                + squares[half][second] * upper[shift])
          }
        }
        for a in 0..<2 {
          for b in 0..<2 {
            split.take(
              product[a] + product[2 + b], square[a] + square[2 + b], first, second, [a, b])
          }
        }
      }
    }
    return split.shifts.isEmpty ? nil : split
  }
}
