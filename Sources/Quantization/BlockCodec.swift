public import Tensors

/// Encoder and decoder of a block type.
///
/// `encodeReference` and `decodeReference` are the specification and the test oracle: scalar IEEE
/// arithmetic in source order. `encode` and `decode` are the fast paths and give the same bits.
public protocol BlockCodec: Sendable {
  /// The bound c of |x - decode(encode(x))| <= c * max|block| + `underflowError`.
  static var errorBudget: Double { get }
  /// What the smallest scales add to the error, in absolute terms.
  static var underflowError: Double { get }
  /// Whether encoding uses an importance vector when there is one.
  static var usesImportance: Bool { get }

  /// Decodes whole blocks: `output.count` is a multiple of the block's elements.
  static func decode(
    _ blocks: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>)
  /// Encodes whole rows; `importance` has one weight per column of a row, or is nil.
  ///
  /// - Returns: index of the first element that the type cannot hold (NaN, infinity, overflow of a
  ///   scale), nil if there is none. The bytes are then not to be used.
  static func encode(
    _ values: UnsafeBufferPointer<Float>, columns: Int, importance: UnsafeBufferPointer<Float>?,
    into blocks: UnsafeMutableRawBufferPointer
  ) -> Int?
  /// Encodes whole rows of a scalar type: the bytes that its elements as f32 give.
  ///
  /// - Returns: as of the other form; f64 that overflows f32 counts as well, and every element of a
  ///   complex type.
  static func encode(
    _ rows: UnsafeRawBufferPointer, of type: ScalarType, elementCount: Int, columns: Int,
    importance: UnsafeBufferPointer<Float>?, into blocks: UnsafeMutableRawBufferPointer
  ) -> Int?

  /// The specification of `decode`.
  static func decodeReference(
    _ blocks: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>)
  /// The specification of `encode`.
  static func encodeReference(
    _ values: UnsafeBufferPointer<Float>, columns: Int, importance: UnsafeBufferPointer<Float>?,
    into blocks: UnsafeMutableRawBufferPointer
  ) -> Int?
}

extension BlockCodec {
  /// Encodes row by row through a buffer of one row in f32.
  public static func encodeByRows(
    _ rows: UnsafeRawBufferPointer, of type: ScalarType, elementCount: Int, columns: Int,
    importance: UnsafeBufferPointer<Float>?, into blocks: UnsafeMutableRawBufferPointer
  ) -> Int? {
    guard elementCount > 0, columns > 0 else { return nil }
    let rowCount = elementCount / columns
    let rowBytes = blocks.count / rowCount
    guard let conversion = ScalarConversion(from: type, to: .f32) else { return 0 }
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { buffer -> Int? in
      for row in 0..<rowCount {
        let source = row * columns * type.bits / 8..<(row + 1) * columns * type.bits / 8
        let result = conversion.run(
          UnsafeRawBufferPointer(rebasing: rows[source]),
          into: UnsafeMutableRawBufferPointer(buffer), count: columns)
        let target = UnsafeMutableRawBufferPointer(
          rebasing: blocks[row * rowBytes..<(row + 1) * rowBytes])
        let bad =
          result.firstUnrepresentable
          ?? encode(
            UnsafeBufferPointer(buffer), columns: columns, importance: importance, into: target)
        if let bad { return row * columns + bad }
      }
      return nil
    }
  }

  /// Encodes row by row.
  public static func encode(
    _ rows: UnsafeRawBufferPointer, of type: ScalarType, elementCount: Int, columns: Int,
    importance: UnsafeBufferPointer<Float>?, into blocks: UnsafeMutableRawBufferPointer
  ) -> Int? {
    encodeByRows(
      rows, of: type, elementCount: elementCount, columns: columns, importance: importance,
      into: blocks)
  }
}
