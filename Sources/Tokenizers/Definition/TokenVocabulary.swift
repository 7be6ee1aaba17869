public import Documents
public import Failures

/// Texts of tokens by id, in one buffer.
public typealias PackedTokens = PackedStrings

/// Tokens with their ids, packed, and found by their bytes.
public struct TokenVocabulary: Sendable {
  /// The tokens by rising id; bytes that need not be UTF-8.
  public let tokens: PackedTokens
  /// Their ids, rising; nil if a token's id is its place.
  let sparseIDs: [Int32]?
  private let index: TokenIndex

  /// Tokens whose ids are their places.
  ///
  /// - Throws: `.duplicate` if a text stands twice.
  public init(_ tokens: PackedTokens) throws(TokenizerError) {
    try self.init(tokens, sparseIDs: nil)
  }

  /// Tokens with ids in any order.
  ///
  /// - Throws: `.duplicate` if a text or an id stands twice, `.id` for a negative id.
  public init(_ tokens: PackedTokens, ids: [Int32]) throws(TokenizerError) {
    guard tokens.count == ids.count else {
      throw TokenizerError(.schema, "\(tokens.count) tokens, but \(ids.count) ids")
    }
    if ids.indices.allSatisfy({ Int(ids[$0]) == $0 }) {
      try self.init(tokens, sparseIDs: nil)
      return
    }
    let order = ids.indices.sorted { ids[$0] < ids[$1] }
    if let first = order.first, ids[first] < 0 {
      throw TokenizerError(.id, "the token \(tokens[first].quoted) has the id \(ids[first])")
    }
    var sorted: [Int32] = []
    sorted.reserveCapacity(ids.count)
    var packed = PackedTokens()
    packed.reserve(count: tokens.count, byteCount: tokens.bytes.count)
    for place in order {
      if sorted.last == ids[place] {
        throw TokenizerError(
          .duplicate,
          "the tokens \(packed[packed.count - 1].quoted) and \(tokens[place].quoted) both have the "
            + "id \(ids[place])")
      }
      sorted.append(ids[place])
      tokens.utf8(at: place).withUnsafeBytes { packed.append(utf8: $0) }
    }
    let isDense = sorted.last.map { Int($0) == sorted.count - 1 } ?? true
    try self.init(packed, sparseIDs: isDense ? nil : sorted)
  }

  private init(_ tokens: PackedTokens, sparseIDs: [Int32]?) throws(TokenizerError) {
    let index = TokenIndex(tokens)
    if let (first, second) = index.firstDuplicate {
      throw TokenizerError(
        .duplicate,
        "the token \(tokens[first].quoted) has two ids, \(sparseIDs?[first] ?? Int32(first)) and "
          + "\(sparseIDs?[second] ?? Int32(second))")
    }
    self.tokens = tokens
    self.sparseIDs = sparseIDs
    self.index = index
  }

  /// Number of tokens.
  public var count: Int { tokens.count }

  /// One more than the greatest id.
  public var idLimit: Int { sparseIDs?.last.map { Int($0) + 1 } ?? tokens.count }

  /// The id of the token at a place in the order of ids.
  public func id(at place: Int) -> Int32 {
    sparseIDs?[place] ?? Int32(truncatingIfNeeded: place)
  }

  /// The place of an id in the order of ids; nil if there is no such token.
  public func place(of id: Int32) -> Int? {
    guard let sparseIDs else { return tokens.indices.contains(Int(id)) ? Int(id) : nil }
    var low = 0
    var high = sparseIDs.count
    while low < high {
      let middle = (low + high) / 2
      if sparseIDs[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low < sparseIDs.count && sparseIDs[low] == id ? low : nil
  }

  /// The bytes of a token; nil if there is no such id.
  public func bytes(of id: Int32) -> ArraySlice<UInt8>? {
    place(of: id).map { tokens.utf8(at: $0) }
  }

  /// The id of a token's bytes.
  public func id(of bytes: UnsafeRawBufferPointer) -> Int32? {
    index.find(bytes).map { id(at: $0) }
  }

  /// The id of a token's text.
  public func id(of text: String) -> Int32? { index.find(text.utf8).map { id(at: $0) } }
}

/// The merges of a BPE model, best first: which two tokens become which.
public struct MergeList: Hashable, Sendable {
  /// Ids of the left parts.
  public private(set) var left: [Int32] = []
  /// Ids of the right parts.
  public private(set) var right: [Int32] = []
  /// Ids of the results.
  public private(set) var result: [Int32] = []

  /// No merges.
  public init() {}

  /// Number of merges.
  public var count: Int { left.count }

  /// Makes room for that many merges.
  public mutating func reserve(_ count: Int) {
    left.reserveCapacity(count)
    right.reserveCapacity(count)
    result.reserveCapacity(count)
  }

  /// Adds a merge behind all others.
  public mutating func append(left: Int32, right: Int32, result: Int32) {
    self.left.append(left)
    self.right.append(right)
    self.result.append(result)
  }
}
