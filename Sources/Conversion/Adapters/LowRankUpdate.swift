/// The product of two thin matrices, as it is added to the rows of a stored tensor.
///
/// For row i and column j, in binary32 and in this order:
///
///     d = r[i, 0] c[0, j];  d = d + r[i, k] c[k, j]  for k = 1, 2, ... rank - 1
///     e = scale d;  w'[i, j] = w[i, j] + e
///
/// Each sum over k is computed in binary64, where the product is exact, and rounded to binary32: on
/// every processor what BLAS, and so PEFT, makes of it with fused operations. The last two steps are
/// rounded one by one. No sum depends on where tiles begin.
struct LowRankUpdate: Sendable {
  /// [rows, rank].
  let rowFactors: [Float]
  /// [rank, columns].
  let columnFactors: [Float]
  let rank: Int
  let columns: Int
  let scale: Float
  /// The length that each row is brought to afterwards; nil where rows keep theirs.
  let magnitudes: [Float]?

  /// Columns that are worked on at a time.
  private static let strip = 1024

  /// Bytes of the factors.
  static func byteCount(rows: Int, columns: Int, rank: Int) -> Int {
    let (sum, first) = rows.addingReportingOverflow(columns)
    let (count, second) = sum.multipliedReportingOverflow(by: rank)
    let (bytes, third) = count.multipliedReportingOverflow(by: 4)
    return first || second || third ? Int.max : bytes
  }

  /// Adds to a run of elements in row-major order.
  ///
  /// - Parameter first: index of the first one in the tensor.
  func add(to values: UnsafeMutableBufferPointer<Float>, first: Int) {
    guard columns > 0 else { return }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.strip) { sums in
      var position = 0
      while position < values.count {
        let (row, column) = (first + position).quotientAndRemainder(dividingBy: columns)
        let count = min(Self.strip, columns - column, values.count - position)
        addStrip(
          to: UnsafeMutableBufferPointer(rebasing: values[position..<position + count]),
          row: row, column: column, sums)
        position += count
      }
    }
  }

  private func addStrip(
    to values: UnsafeMutableBufferPointer<Float>, row: Int, column: Int,
    _ sums: UnsafeMutableBufferPointer<Float>
  ) {
    let count = values.count
    guard row >= 0, (row + 1) * rank <= rowFactors.count, column + count <= columns,
      rank * columns <= columnFactors.count
    else { return }
    rowFactors.withUnsafeBufferPointer { rowFactors in
      columnFactors.withUnsafeBufferPointer { columnFactors in
        guard let out = values.baseAddress, let sum = sums.baseAddress,
          let own = rowFactors.baseAddress.map({ $0 + row * rank }),
          let others = columnFactors.baseAddress.map({ $0 + column })
        else { return }
        var factor = own[0]
        for j in 0..<count { sum[j] = factor * others[j] }
        for k in 1..<max(1, rank) {
          factor = own[k]
          let other = others + k * columns
          let wide = Double(factor)
          for j in 0..<count { sum[j] = Float(Double(sum[j]) + wide * Double(other[j])) }
        }
        for j in 0..<count { out[j] = out[j] + scale * sum[j] }
      }
    }
  }

  /// Brings whole rows to their magnitudes: w[i, j] = (m[i] / n) w[i, j] with n = the row's length.
  ///
  /// The squares are summed in binary64 from the first column on; n is rounded to binary32.
  func normalise(_ values: UnsafeMutableBufferPointer<Float>, firstRow: Int) {
    guard let magnitudes, columns > 0 else { return }
    for index in 0..<values.count / columns where firstRow + index < magnitudes.count {
      let row = index * columns..<(index + 1) * columns
      var sum = 0.0
      for position in row { sum += Double(values[position]) * Double(values[position]) }
      let length = Float(sum.squareRoot())
      // A row of zeros has no direction: it stays, whatever its magnitude.
      guard length > 0 else { continue }
      let factor = magnitudes[firstRow + index] / length
      for position in row { values[position] = factor * values[position] }
    }
  }
}
