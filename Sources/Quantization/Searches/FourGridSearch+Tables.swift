extension FourGridSearch {
  /// The tables that the kernels read (Kernels/Shared/FourGrids.swift names the offsets): zeros,
  /// decoded magnitudes of the points, cells with all neighbours and with the short lists, indexes
  /// of cells, lists of points to compare.
  ///
  /// They are made once and stay.
  static func kernelTables(_ grid: Codebook) -> UnsafeRawPointer {
    var lists: [UInt32] = []
    var (long, short): ([UInt32], [UInt32]) = ([], [])
    for cell in 0..<grid.codes {
      let isPoint = grid.index(cell) != nil
      let neighbours = isPoint ? [cell] : grid.neighbours(cell)
      long.append(add(neighbours, isPoint, to: &lists))
      short.append(add(unbeaten(neighbours, of: cell), isPoint, to: &lists))
    }
    let points = (0..<grid.count).map { UInt32(truncatingIfNeeded: grid.point($0)) }
    let indexes = (0..<grid.codes).map { UInt16(truncatingIfNeeded: grid.index($0) ?? 0) }

    let tables = UnsafeMutableRawPointer.allocate(
      byteCount: 43_072 + 4 * lists.count, alignment: 64)
    tables.initializeMemory(as: UInt8.self, repeating: 0, count: 43_072)
    for (offset, words) in [(64, points), (2112, long), (18_496, short), (43_072, lists)] {
      words.withUnsafeBytes { bytes in
        UnsafeMutableRawBufferPointer(start: tables + offset, count: bytes.count)
          .copyMemory(from: bytes)
      }
    }
    indexes.withUnsafeBytes { bytes in
      UnsafeMutableRawBufferPointer(start: tables + 34_880, count: bytes.count)
        .copyMemory(from: bytes)
    }
    return UnsafeRawPointer(tables)
  }

  /// Adds a list, and gives its entry.
  private static func add(_ points: [Int], _ isPoint: Bool, to lists: inout [UInt32]) -> UInt32 {
    let entry = lists.count << 8 | (isPoint ? 128 : 0) | points.count
    for point in points {
      var word: UInt32 = 0
      for j in 0..<4 {
        word |= UInt32(truncatingIfNeeded: point >> (3 * j) & 7) << UInt32(8 * j + 5)
      }
      lists.append(word)
    }
    return UInt32(truncatingIfNeeded: entry)
  }

  /// The neighbours of a cell that no other one beats for certain.
  ///
  /// One beats another by being nowhere farther from the cell's level, nor on its other side. It is
  /// nearer then, hence stands before the other in the list.
  private static func unbeaten(_ neighbours: [Int], of cell: Int) -> [Int] {
    /// Steps from the cell's level.
    func step(_ point: Int, _ j: Int) -> Int { (point >> (3 * j) & 7) - (cell >> (3 * j) & 7) }
    return neighbours.filter { point in
      !neighbours.contains { other in
        other != point
          && (0..<4).allSatisfy { j in
            let (a, b) = (step(other, j), step(point, j))
            return a == 0 || a * b > 0 && a.magnitude <= b.magnitude
          }
      }
    }
  }
}
