/// Encoder and decoder of a block type.
///
/// A codec has three faces, in scalar IEEE arithmetic in source order: `unpack` (bytes to parts),
/// `pack` (parts to bytes, every constraint of the format checked) and `search` (weights and
/// importance to parts, as ggml searches). With `multiply` they are the specification of the type
/// and the oracle of the fast paths, which give the same bits: decoding is unpack and multiply,
/// encoding is search and pack. Solvers that search differently pack the same.
public protocol BlockCodec: Sendable {
  /// The type whose blocks these are.
  static var type: QuantType { get }
  /// The bound c of |x - decode(encode(x))| <= c * max|block| + `underflowError`.
  static var errorBudget: Double { get }
  /// What the smallest scales add to the error, in absolute terms.
  static var underflowError: Double { get }
  /// What encoding makes of an importance vector.
  static var importance: ImportanceUse { get }
  /// Whether blocks are encoded; some types are only ever read.
  static var isEncoded: Bool { get }

  /// The parts of a block: how many of each, and which values they may have.
  static var layout: BlockLayout { get }
  /// Takes a block of `type.blockBytes` apart. `parts` has the shape of the layout.
  static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts)
  /// Puts parts that the layout allows into a block; use `pack`, which checks them.
  static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer)
  /// The weights that parts stand for.
  static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  /// ggml's search for the parts of a block of weights.
  ///
  /// - Returns: whether the type can hold the block: false for NaN, infinities, and scales that
  ///   overflow or would be lost by overflow on the way. The parts are then not to be used.
  static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool

  /// Whether all scales of a block are zero, so that it decodes to zeros.
  static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool
  /// The first of `count` blocks from `start` on that has zero scales only, or `count`.
  ///
  /// Part of the protocol for speed alone: every type has its own copy of the loop.
  static func nextZeroScale(_ blocks: UnsafeRawPointer, from start: Int, count: Int) -> Int
  /// Constant tables that the kernels of the type read; nil if they need none.
  static var tables: UnsafeRawPointer? { get }
}

extension BlockCodec {
  /// None.
  public static var tables: UnsafeRawPointer? { nil }
  /// Blocks are encoded.
  public static var isEncoded: Bool { true }
  /// Looks at block after block.
  public static func nextZeroScale(_ blocks: UnsafeRawPointer, from start: Int, count: Int) -> Int {
    let bytes = type.blockBytes
    var block = start
    while block < count, !hasZeroScale(blocks + block &* bytes) { block &+= 1 }
    return block
  }
  /// Parts of the shape that `unpack` and `search` fill.
  public static var parts: BlockParts { BlockParts(layout) }

  /// Puts parts into a block.
  ///
  /// - Throws: `.value` naming the first part that the format cannot hold.
  public static func pack(
    _ parts: BlockParts, into block: UnsafeMutableRawBufferPointer
  ) throws(QuantizationError) {
    try layout.check(parts, type: type)
    arrange(parts, into: block)
  }
}
