import Failures
import Testing

@testable import Checkpoints

/// Gathering against the definition, element by element.
@Suite struct PyTorchViewTests {
  private struct Case {
    let offset: Int
    let sizes: [Int]
    let strides: [Int]
    var count: Int { sizes.reduce(1, *) }
    var last: Int { zip(sizes, strides).reduce(offset) { $0 + ($1.0 - 1) * $1.1 } }

    /// Storage position of an element in row-major order.
    func position(_ element: Int) -> Int {
      var rest = element
      var result = offset
      for axis in sizes.indices.reversed() {
        result += rest % sizes[axis] * strides[axis]
        rest /= sizes[axis]
      }
      return result
    }
  }

  private func check(_ view: Case, elementBytes: Int, ranges: [Range<Int>]) throws {
    let storage = (0...view.last * elementBytes + elementBytes).map {
      UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 8 &* 13)
    }
    let strided = StridedView(
      offset: view.offset, sizes: view.sizes, strides: view.strides, elementBytes: elementBytes)
    for range in ranges {
      let byteCount = range.count * elementBytes
      var result = [UInt8](repeating: 0xEE, count: byteCount)
      try result.withUnsafeMutableBytes { buffer in
        try strided.gather(from: range.lowerBound, into: buffer) {
          (start, part) throws(CheckpointError) in
          guard start >= 0, (start * elementBytes) + part.count <= storage.count else {
            throw CheckpointError(.layout, "read \(part.count) bytes from element \(start)")
          }
          #expect(part.count <= max(StridedView.panelBytes, byteCount))
          part.copyBytes(
            from: storage[(start * elementBytes)..<(start * elementBytes + part.count)])
        }
      }
      let expected = range.flatMap { element in
        let start = view.position(element) * elementBytes
        return storage[start..<start + elementBytes]
      }
      #expect(result == expected, "\(view) \(elementBytes) \(range)")
    }
  }

  @Test(arguments: [1, 2, 4, 8, 16])
  func smallViews(_ elementBytes: Int) throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<60 {
      let rank = Int.random(in: 0...4, using: &generator)
      let sizes = (0..<rank).map { _ in Int.random(in: 1...5, using: &generator) }
      let strides = (0..<rank).map { _ in [0, 1, 2, 3, 7, 30].randomElement() ?? 1 }
      let view = Case(
        offset: Int.random(in: 0...9, using: &generator), sizes: sizes, strides: strides)
      var ranges = [0..<view.count]
      for _ in 0..<10 {
        let a = Int.random(in: 0...view.count, using: &generator)
        let b = Int.random(in: 0...view.count, using: &generator)
        ranges.append(min(a, b)..<max(a, b))
      }
      try check(view, elementBytes: elementBytes, ranges: ranges)
    }
  }

  @Test(arguments: [2, 4])
  func permutedCubes(_ elementBytes: Int) throws {
    for strides in [[1, 6, 42], [6, 1, 42], [42, 1, 6], [1, 42, 6], [42, 6, 1]] {
      let lengths: [Int: Int] = [1: 6, 6: 7, 42: 3]
      let view = Case(offset: 3, sizes: strides.map { lengths[$0] ?? 1 }, strides: strides)
      try check(
        view, elementBytes: elementBytes,
        ranges: [0..<view.count, 1..<view.count - 1, 5..<50, 41..<43, 17..<18])
    }
  }

  /// Spans beyond a panel: dense parts are grouped, sparse ones read one by one.
  @Test func largeViews() throws {
    // 700 x 1500 transposed, 4 bytes: a storage of 4.2 MB.
    let transposed = Case(offset: 2, sizes: [1500, 700], strides: [1, 1500])
    try check(
      transposed, elementBytes: 4,
      ranges: [0..<700, 350..<1050, 100 * 700..<228 * 700, 1499 * 700..<1500 * 700])
    // A wide gap between columns.
    let sparse = Case(offset: 0, sizes: [300, 4], strides: [1, 250_000])
    try check(sparse, elementBytes: 4, ranges: [0..<1200, 5..<9, 7..<1100])
    // A long row repeated.
    let repeated = Case(offset: 5, sizes: [3, 300_000], strides: [0, 1])
    try check(repeated, elementBytes: 4, ranges: [0..<900_000, 299_990..<600_010])
    // Every third element of a long row.
    let thinned = Case(offset: 1, sizes: [400_000], strides: [3])
    try check(thinned, elementBytes: 4, ranges: [0..<400_000, 131_071..<131_075])
  }

  @Test func contiguityIsRecognised() {
    func view(_ sizes: [Int], _ strides: [Int]) -> StridedView {
      StridedView(offset: 0, sizes: sizes, strides: strides, elementBytes: 4)
    }
    #expect(view([], []).isContiguous)
    #expect(view([3], [1]).isContiguous)
    #expect(view([2, 3, 4], [12, 4, 1]).isContiguous)
    #expect(view([2, 1, 4], [4, 99, 1]).isContiguous)
    #expect(view([1], [77]).isContiguous)
    #expect(!view([4, 2], [1, 4]).isContiguous)
    #expect(!view([4], [2]).isContiguous)
    #expect(!view([4], [0]).isContiguous)
  }
}
