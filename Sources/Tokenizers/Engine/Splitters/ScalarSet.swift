/// A set of scalars as an expression names it, ready to be asked.
struct ScalarSet: Sendable {
  /// The members below U+0080, one bit each.
  private var low: UInt64 = 0
  private var high: UInt64 = 0
  /// Classes and ranges of the members from U+0080 on.
  private var classes = ClassSet(bits: 0)
  private var ranges: [ClosedRange<UInt32>] = []
  private var isInverted = false
  /// Sets that have to hold the scalar too.
  private var others: [ScalarSet] = []

  /// The members of a class set.
  init(_ set: ClassSet) { insert(set) }

  /// One scalar.
  init(_ scalar: UnicodeScalar) { insert(scalar.value...scalar.value) }

  /// The set that an expression names; nil if a name is not known.
  init?(_ set: RegexSet) {
    var sides: [ScalarSet] = []
    for item in set.items {
      switch item {
      case .character(let scalar): insert(scalar.value...scalar.value)
      case .range(let first, let last): insert(first.value...last.value)
      case .named("\\w"): insertWord(isAlone: set.items.count == 1 && !set.isNegated)
      case .named("\\W"):
        guard set.items.count == 1 else { return nil }
        insertWord(isAlone: !set.isNegated)
        isInverted = true
      case .named(let name):
        guard let part = Self.named(name) else { return nil }
        insert(part)
      case .nested(let text):
        let isSide = text.hasSuffix("&&")
        guard let part = Self(spelled: isSide ? String(text.dropLast(2)) : text) else { return nil }
        if isSide {
          sides.append(part)
        } else {
          // A negated set within a set stands alone, or on one side of an intersection.
          guard set.items.count == sides.count + 1 else { return nil }
          self = part
        }
      }
    }
    guard !sides.isEmpty else {
      guard !set.isNegated || others.isEmpty else { return nil }
      if set.isNegated { isInverted.toggle() }
      return
    }
    guard !set.isNegated else { return nil }
    others += sides
  }

  private init?(spelled text: String) {
    guard let branches = RegexParser.branches(of: text), branches.count == 1,
      branches[0].count == 1
    else { return nil }
    switch branches[0][0] {
    case .literal(let scalar): self.init(scalar)
    case .set(let set): self.init(set)
    default: return nil
    }
  }

  private mutating func insert(_ range: ClosedRange<UInt32>) {
    for scalar in range where scalar < 0x80 { insertASCII(UInt8(scalar)) }
    if range.upperBound >= 0x80 {
      ranges.append(max(range.lowerBound, 0x80)...range.upperBound)
    }
  }

  private mutating func insert(_ set: ClassSet) {
    for byte in UInt8(0)..<0x80 where set.contains(ScalarClasses.shared(UInt32(byte))) {
      insertASCII(byte)
    }
    classes = classes.union(set)
  }

  private mutating func insertASCII(_ byte: UInt8) {
    if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
  }

  /// Letters, marks, digits, connectors, letters in circles and squares: what tokenizers takes for
  /// parts of words.
  ///
  /// - Parameter isAlone: whether the set has no other items; then superscripts and fractions of
  ///   Latin-1 belong to it too, but within brackets they do not.
  private mutating func insertWord(isAlone: Bool) {
    insert(ClassSet.letters.union(.marks).union(ClassSet(.nd, .nl, .pc)))
    for range in Self.framedLetters { insert(range) }
    if isAlone { for range in Self.latinNumbers { insert(range) } }
  }

  private static let latinNumbers: [ClosedRange<UInt32>] = [
    0xB2...0xB3, 0xB9...0xB9, 0xBC...0xBE,
  ]
  private static let framedLetters: [ClosedRange<UInt32>] = [
    0x24B6...0x24E9, 0x1F130...0x1F149, 0x1F150...0x1F169, 0x1F170...0x1F189,
  ]

  /// `\s`, `\d`, `\p{..}` and what negates them.
  private static func named(_ name: String) -> ClassSet? {
    switch name {
    case "\\s": return .whiteSpace
    case "\\S": return ClassSet.whiteSpace.inverted
    case "\\d": return ClassSet(.nd)
    case "\\D": return ClassSet(.nd).inverted
    default:
      guard name.hasPrefix("\\p{") || name.hasPrefix("\\P{"), name.hasSuffix("}") else {
        return nil
      }
      let inner = String(name.dropFirst(3).dropLast())
      let isNegated = name.hasPrefix("\\P") != inner.hasPrefix("^")
      let set = ClassSet(named: inner.hasPrefix("^") ? String(inner.dropFirst()) : inner)
      return isNegated ? set?.inverted : set
    }
  }

  /// What `\b` tells from the rest.
  static let word: ScalarSet = {
    var set = ScalarSet(ClassSet(bits: 0))
    set.insertWord(isAlone: true)
    return set
  }()

  /// Whether the set holds a scalar of a class.
  @inline(__always)
  func contains(_ scalar: UInt32, _ value: ScalarClass) -> Bool {
    var isMember: Bool
    if scalar < 64 {
      isMember = (low &>> UInt64(scalar)) & 1 != 0
    } else if scalar < 128 {
      isMember = (high &>> UInt64(scalar & 63)) & 1 != 0
    } else {
      isMember = classes.contains(value)
      if !isMember, !ranges.isEmpty { isMember = ranges.contains { $0.contains(scalar) } }
    }
    if isInverted { isMember.toggle() }
    if isMember, !others.isEmpty { return others.allSatisfy { $0.contains(scalar, value) } }
    return isMember
  }

  /// Any scalar but a line feed.
  static let allButLineFeed: ScalarSet = {
    var set = ScalarSet("\n")
    set.isInverted = true
    return set
  }()
}

extension SplitText {
  /// The length of the scalar at a position if the set holds it; nil if not, or at the end.
  @inline(__always)
  func match(_ set: ScalarSet, at position: Int) -> Int? {
    guard position < count else { return nil }
    let (scalar, length) = scalar(at: position)
    return set.contains(scalar, classes(scalar)) ? length : nil
  }

  /// The end of the longest run of a set of at most that many scalars, and how many there are.
  @inline(__always)
  func run(of set: ScalarSet, from start: Int, most: Int) -> (end: Int, count: Int) {
    var position = start
    var taken = 0
    while taken < most, let length = match(set, at: position) {
      position += length
      taken += 1
    }
    return (position, taken)
  }
}
