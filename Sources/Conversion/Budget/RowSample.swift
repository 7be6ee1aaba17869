/// Which rows of a tensor stand for all of it.
///
/// The tensor is cut into as many equal ranges as rows are wanted, and a row is picked from each at a
/// place that a hash of the range's number gives: spread over the whole and every matrix of a stack,
/// and in step with no period of the rows, such as the length of attention heads.
struct RowSample {
  /// Runs of elements, in rising order, cut into pieces that one thread measures at a time.
  let chunks: [[Range<Int>]]
  /// Elements of all runs.
  let elements: Int

  /// Weights looked at in each tensor of large models, where it has more.
  static let weights = 1 << 18
  /// Weights looked at in all tensors of small models together.
  static let allWeights = 1 << 26

  /// Weights looked at in each of so many tensors.
  static func weights(ofTensors count: Int) -> Int { max(weights, allWeights / max(1, count)) }

  /// Weights of a chunk; sums are formed chunk by chunk, so that this is part of their value.
  static let chunkWeights = 1 << 15

  /// A sample of a tensor.
  ///
  /// - Parameters:
  ///   - unit: elements of the smallest piece: one row, or rows that are only read together.
  ///   - matrices: matrices of a stack; of each at least one unit is taken.
  init(elementCount: Int, unit: Int, matrices: Int, weights: Int) {
    let unit = max(1, unit)
    let units = elementCount / unit
    let wanted = min(units, max(1, matrices, (weights + unit - 1) / unit))
    let perChunk = max(1, Self.chunkWeights / unit)
    var chunks: [[Range<Int>]] = []
    var first = 0
    while first < wanted {
      let end = min(wanted, first + perChunk)
      var runs: [Range<Int>] = []
      for number in first..<end {
        let start = Self.place(number, of: wanted, in: units) * unit
        if let last = runs.last, last.upperBound == start {
          runs[runs.count - 1] = last.lowerBound..<start + unit
        } else {
          runs.append(start..<start + unit)
        }
      }
      chunks.append(runs)
      first = end
    }
    self.chunks = chunks
    elements = wanted * unit
  }

  /// The unit that is picked from a range.
  private static func place(_ number: Int, of wanted: Int, in units: Int) -> Int {
    let low = position(number, of: wanted, in: units)
    let high = position(number + 1, of: wanted, in: units)
    let width = UInt64(max(1, high - low))
    return low + Int(mixed(UInt64(number) &+ 1) % width)
  }

  /// `number * units / wanted`, without overflow.
  private static func position(_ number: Int, of wanted: Int, in units: Int) -> Int {
    let product = number.multipliedFullWidth(by: units)
    return wanted.dividingFullWidth(product).quotient
  }

  /// The finaliser of SplitMix64.
  private static func mixed(_ number: UInt64) -> UInt64 {
    var x = number &* 0x9E37_79B9_7F4A_7C15
    x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
    return x ^ (x >> 31)
  }
}
