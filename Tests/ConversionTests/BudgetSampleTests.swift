import Testing

@testable import Conversion

/// Samples of rows: all of a small tensor, and a spread of a large one.
@Suite struct BudgetSampleTests {
  @Test(arguments: [(0, 4), (4, 4), (4096, 64), (1 << 20, 512), (3 * 511 * 7, 7)])
  func smallTensorsAreTakenWhole(count: Int, unit: Int) {
    let sample = RowSample(elementCount: count, unit: unit, matrices: 1, weights: 1 << 20)
    #expect(sample.elements == count)
    var next = 0
    for run in sample.chunks.flatMap({ $0 }) {
      #expect(run.lowerBound == next)
      next = run.upperBound
    }
    #expect(next == count)
  }

  @Test(arguments: [(1 << 24, 4096, 1), (40_000 * 384, 384, 1), (32 * 32 * 1024, 1024, 32)])
  func largeTensorsAreSpreadOver(count: Int, unit: Int, matrices: Int) {
    let wanted = 1 << 17
    let sample = RowSample(elementCount: count, unit: unit, matrices: matrices, weights: wanted)
    let rows = sample.chunks.flatMap {
      $0.flatMap { stride(from: $0.lowerBound, to: $0.upperBound, by: unit) }
    }
    #expect(rows.count * unit == sample.elements)
    #expect(sample.elements >= wanted && sample.elements < wanted + max(unit, matrices * unit))
    #expect(Set(rows).count == rows.count && rows == rows.sorted())
    let part = count / rows.count
    for (number, row) in rows.enumerated() {
      #expect(row % unit == 0 && row + unit <= count)
      // Within one row of its own range.
      #expect(row >= number * part - unit && row < (number + 2) * part + unit)
    }
    let matrix = count / matrices
    #expect(Set(rows.map { $0 / matrix }).count == matrices)
    // In step with no short period.
    for period in [2, 4, 8] {
      #expect(Set(rows.map { $0 / unit % period }).count == period)
    }
  }
}
