/// What an encoder keeps from piece to piece: results of short pieces, and room to work in.
///
/// One thread at a time uses it.
final class BytePairMemory {
  /// A short piece and its tokens.
  struct Entry {
    /// The bytes of the piece; the highest byte of `high` is their count, 0 where free.
    var low: UInt64 = 0
    var high: UInt64 = 0
    var first: Int32 = 0
    var second: Int32 = 0
    var third: Int32 = 0
    var count: Int32 = 0
  }

  /// What is known of a token's own merges.
  enum State: UInt8 {
    case unknown, isWhole, isCut
  }

  /// Longest piece that is kept.
  static let longestPiece = 15
  private static let sizeBits: UInt64 = 14

  private let entries: UnsafeMutablePointer<Entry>
  /// Parts of a piece while it is merged.
  private(set) var parts: UnsafeMutablePointer<BytePairPart>
  private(set) var capacity = 256
  /// Merges of a long piece that wait: order and place.
  var waiting: [UInt64] = []

  /// By index of the token; nil until it is asked for.
  private var states: UnsafeMutablePointer<State>?

  init() {
    entries = .allocate(capacity: 1 << Int(Self.sizeBits))
    entries.initialize(repeating: Entry(), count: 1 << Int(Self.sizeBits))
    parts = .allocate(capacity: capacity)
    parts.initialize(repeating: BytePairPart(), count: capacity)
  }

  deinit {
    entries.deallocate()
    parts.deallocate()
    states?.deallocate()
  }

  /// What is known of the merges of that many tokens; a memory serves one encoder.
  @inline(__always)
  func states(count: Int) -> UnsafeMutablePointer<State> {
    if let states { return states }
    let made = UnsafeMutablePointer<State>.allocate(capacity: max(count, 1))
    made.initialize(repeating: .unknown, count: max(count, 1))
    states = made
    return made
  }

  /// Makes room for that many parts.
  func reserve(_ count: Int) {
    guard count > capacity else { return }
    parts.deallocate()
    capacity = count + count / 4
    parts = .allocate(capacity: capacity)
    parts.initialize(repeating: BytePairPart(), count: capacity)
  }

  /// The place of a piece of at most `longestPiece` bytes, and its key.
  @inline(__always)
  func place(
    _ piece: UnsafePointer<UInt8>, _ count: Int
  ) -> (entry: UnsafeMutablePointer<Entry>, low: UInt64, high: UInt64) {
    let low = ByteKey.word(piece, count)
    let rest = count > 8 ? ByteKey.word(piece + 8, count - 8) : 0
    let high = rest | UInt64(truncatingIfNeeded: count) << 56
    let hash = ByteKey.mix(low ^ 0x9E37_79B9_7F4A_7C15, high ^ 0xA076_1D64_78BD_642F)
    return (entries + Int(truncatingIfNeeded: hash >> (64 - Self.sizeBits)), low, high)
  }
}

/// A part of a piece while it is merged.
struct BytePairPart {
  /// Where it begins.
  var start: Int32 = 0
  /// Its token.
  var token: Int32 = 0
  /// Order of its merge with the next part; `BytePairEncoder.never` if there is none.
  var order: UInt32 = 0
  /// The token of that merge.
  var merged: Int32 = 0
  /// Neighbours in a long piece.
  var previous: Int32 = 0
  var next: Int32 = 0
}
