/// Statistics of a sequence of numbers: the same on every CPU and for every way to cut the sequence
/// into pieces.
///
/// Sums are defined by chunks of 4096 elements counted from the sequence's start. In a chunk element
/// i belongs to lane i mod 8; each lane adds in f64 in order; the lanes are added as
/// ((0+4)+(2+6)) + ((1+5)+(3+7)); chunks are added in order. NaN and infinities are counted and left
/// out of everything else.
public struct ValueStatistics: Hashable, Sendable {
  /// Elements of a chunk.
  public static let chunkElements = 4096

  /// Elements of every sort.
  public internal(set) var count = 0
  /// How many are NaN.
  public internal(set) var nanCount = 0
  /// How many are infinite.
  public internal(set) var infinityCount = 0
  /// How many are +0 or -0.
  public internal(set) var zeroCount = 0
  /// Sum of the finite elements.
  public internal(set) var sum = 0.0
  /// Sum of the squares of the finite elements.
  public internal(set) var sumOfSquares = 0.0
  var least = Double.infinity
  var greatest = -Double.infinity

  /// The statistics of nothing.
  public init() {}

  /// How many are neither NaN nor infinite.
  public var finiteCount: Int { count - nanCount - infinityCount }
  /// Least finite element; a zero is +0; nil if there is none.
  public var minimum: Double? { finiteCount > 0 ? least : nil }
  /// Greatest finite element; a zero is +0; nil if there is none.
  public var maximum: Double? { finiteCount > 0 ? greatest : nil }
  /// Mean of the finite elements.
  public var mean: Double? { finiteCount > 0 ? sum / Double(finiteCount) : nil }
  /// Population standard deviation of the finite elements.
  public var standardDeviation: Double? {
    mean.map { mean in max(0, sumOfSquares / Double(finiteCount) - mean * mean).squareRoot() }
  }

  /// Adds the statistics of the elements that follow; exactly reproducible if `other` is one chunk.
  public mutating func append(_ other: ValueStatistics) {
    count += other.count
    nanCount += other.nanCount
    infinityCount += other.infinityCount
    zeroCount += other.zeroCount
    sum += other.sum
    sumOfSquares += other.sumOfSquares
    least = min(least, other.least)
    greatest = max(greatest, other.greatest)
  }
}
