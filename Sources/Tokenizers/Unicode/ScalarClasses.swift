/// The class of every scalar.
///
/// The table is made once and lives as long as the program; planes 0 to 3 hold a byte for each
/// scalar, what lies above are a few runs.
struct ScalarClasses: @unchecked Sendable {
  /// End of the planes that have a byte for each scalar.
  static let flatCount: UInt32 = 0x40000

  /// The one table.
  static let shared = ScalarClasses()

  /// Classes of the scalars below `flatCount`.
  let flat: UnsafePointer<UInt8>
  /// Start and class of the runs above.
  private let runs: [(start: UInt32, value: UInt8)]

  private init() {
    let flatCount = Int(Self.flatCount)
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: flatCount)
    table.initialize(repeating: 0, count: flatCount)
    var runs: [(start: UInt32, value: UInt8)] = []
    var reader = UnicodeData.Reader(UnicodeData.categoryRuns)
    var start = 0
    while let length = reader.next(), let category = reader.next() {
      let value = UInt8(truncatingIfNeeded: category)
      let end = min(start + Int(length), flatCount)
      if start < end {
        (table + start).update(repeating: value, count: end - start)
      }
      start += Int(length)
      if start > flatCount {
        runs.append((UInt32(max(start - Int(length), flatCount)), value))
      }
    }
    for scalar in [9, 10, 11, 12, 13, 0x85] { table[scalar] = ScalarClass.controlSpace.rawValue }
    reader = UnicodeData.Reader(UnicodeData.hanRuns)
    start = 0
    while let outside = reader.next(), let inside = reader.next() {
      start += Int(outside)
      for scalar in start..<min(start + Int(inside), flatCount) { table[scalar] |= 32 }
      start += Int(inside)
    }
    flat = UnsafePointer(table)
    self.runs = runs
  }

  /// The class of a scalar; `unassigned` for what is none.
  @inline(__always)
  func callAsFunction(_ scalar: UInt32) -> ScalarClass {
    if scalar < Self.flatCount { return ScalarClass(rawValue: flat[Int(scalar)]) }
    return above(scalar)
  }

  @inline(never)
  private func above(_ scalar: UInt32) -> ScalarClass {
    guard scalar < UnicodeData.scalarCount else { return .unassigned }
    let value = runs.last { $0.start <= scalar }?.value ?? ScalarClass.unassigned.rawValue
    return ScalarClass(rawValue: value)
  }
}
