/// A grid of points that a type's groups of weights are coded as, with the neighbours of all points
/// beside it.
///
/// A point has 8 coordinates of 3 digits or 4 coordinates of 8. Its *code* is the number whose
/// digits are the coordinates, the first the least: base 3 (6561 codes) or base 8 (4096 codes). Codes
/// of points of the grid go up with their indexes. Where bits are shifted, the digits of a *half* of
/// the coordinates are packed into a byte, with 2 or 3 bits each.
///
/// Everything lies in one piece of memory that kernels read too (`Kernels/Shared/Grid.swift` has
/// the same offsets):
///
/// ```
/// byte   field
/// 0      points      u64 per index: what a coordinate is multiplied as, byte i for coordinate i
/// 16384  halves      u16 per index: the packed lower half, and the upper half in the high byte
/// 20480  ranks       u8 per packed half of 3 digits: its code, which is below 81
/// 20480  digits      in books of 8 digits: u32 per packed half, digit i in byte i
/// 20864  map         i32 per code: the index of a point of the grid; else -1 - the place of the
///                    point's list
/// 47168  lists       u16 at each place: the count, then the halves of each neighbour, nearest
///                    first, by index where distances are equal
/// ```
/// A list has all points of the grid at the least distances that occur: of the first `shells`.
struct Codebook: @unchecked Sendable {
  static let halvesOffset = 16_384
  static let ranksOffset = 20_480
  static let mapOffset = 20_864
  static let listsOffset = 47_168

  /// Coordinates of a point.
  let dimensions: Int
  /// Digits that a coordinate can have.
  let levels: Int
  /// Points of the grid.
  let count: Int
  /// Never freed, never changed: all books live as long as the process.
  let memory: UnsafeRawPointer

  /// Codes of half of the coordinates.
  var halfCodes: Int { levels == 3 ? 81 : 64 }
  /// Codes of points.
  var codes: Int { halfCodes * halfCodes }

  /// What the coordinates of a point are multiplied as; `index` is below `count`.
  func point(_ index: Int) -> UInt64 { memory.load(fromByteOffset: 8 * index, as: UInt64.self) }

  /// The code of a point of the grid.
  func code(_ index: Int) -> Int {
    code(halves: memory.load(fromByteOffset: Self.halvesOffset + 2 * index, as: UInt16.self))
  }

  /// The code of a pair of halves.
  func code(halves: UInt16) -> Int {
    code(half: halves & 0xff) + code(half: halves >> 8) * halfCodes
  }

  private func code(half: UInt16) -> Int {
    levels == 8
      ? Int(half) : Int(memory.load(fromByteOffset: Self.ranksOffset + Int(half), as: UInt8.self))
  }

  /// The index of the point with a code, nil if it is not of the grid.
  func index(_ code: Int) -> Int? {
    let entry = entry(code)
    return entry >= 0 ? entry : nil
  }

  /// The codes of the neighbours of a point that is not of the grid, in order.
  func neighbours(_ code: Int) -> [Int] {
    let entry = entry(code)
    guard entry < 0 else { return [] }
    let list = memory + Self.listsOffset - 2 * (entry + 1)
    return (0..<Int(list.load(as: UInt16.self))).map {
      self.code(halves: list.load(fromByteOffset: 2 + 2 * $0, as: UInt16.self))
    }
  }

  private func entry(_ code: Int) -> Int {
    Int(memory.load(fromByteOffset: Self.mapOffset + 4 * code, as: Int32.self))
  }
}
