/// Decompositions, combining classes and compositions; Hangul syllables and jamo are
/// computed and not in the table.
struct NormalizationTable: Sendable {
  /// What a scalar does in normalisation.
  struct Entry {
    /// Canonical combining class.
    var combiningClass: UInt8 = 0
    /// Whether it may compose with what stands before it.
    var mayCompose = false
    /// Whether no composed text holds it.
    var isExcluded = false
    /// Its canonical decomposition in `pool`; empty if it has none.
    var canonical: Range<Int> = 0..<0
    /// Its compatibility decomposition in `pool`; empty if it has none.
    var compatible: Range<Int> = 0..<0
  }

  /// The table of 16.0.
  static let unicode16 = NormalizationTable(knowsRecent: true)
  /// The table of 9.0: what came later has no part in normalisation.
  static let unicode9 = NormalizationTable(knowsRecent: false)

  private static let blockBits: UInt32 = 7

  /// Full decompositions, one after the other.
  private(set) var pool: [UInt32] = []
  private var entries: [Entry] = [Entry()]
  /// Block of the scalars that share their upper bits; above the last there is nothing.
  private var blocks: [UInt16] = []
  /// Index in `entries`, by block and lower bits.
  private var indices = [UInt16](repeating: 0, count: 1 << blockBits)
  /// First and second scalar of each composition, sorted.
  private var pairs: [UInt64] = []
  private var composites: [UInt32] = []

  private init(knowsRecent: Bool) {
    let recent = knowsRecent ? [] : Self.recent()
    var steps: [UInt32: (kind: UInt32, scalars: [UInt32])] = [:]
    var order: [UInt32] = []
    var reader = UnicodeData.Reader(UnicodeData.decompositions)
    var scalar: UInt32 = 0
    while let distance = reader.next(), let lengthAndKind = reader.next() {
      scalar += distance
      var parts: [UInt32] = []
      var part = Int(scalar)
      for _ in 0..<(lengthAndKind / 3) {
        part += reader.nextSigned() ?? 0
        parts.append(UInt32(truncatingIfNeeded: part))
      }
      if !recent.contains(scalar) {
        steps[scalar] = (lengthAndKind % 3, parts)
        order.append(scalar)
      }
    }
    var compositions: [(pair: UInt64, scalar: UInt32)] = []
    for scalar in order {
      guard let (kind, parts) = steps[scalar] else { continue }
      let index = makeEntry(scalar)
      func expand(_ scalar: UInt32, _ compatible: Bool) -> [UInt32] {
        guard let step = steps[scalar], compatible || step.kind != 0 else { return [scalar] }
        return step.scalars.flatMap { expand($0, compatible) }
      }
      if kind != 0 { entries[index].canonical = add(expand(scalar, false)) }
      entries[index].compatible = add(expand(scalar, true))
      entries[index].isExcluded = kind == 2
      if kind == 1, parts.count == 2 {
        compositions.append((Self.pair(parts[0], parts[1]), scalar))
        entries[makeEntry(parts[1])].mayCompose = true
      }
    }
    compositions.sort { $0.pair < $1.pair }
    pairs = compositions.map(\.pair)
    composites = compositions.map(\.scalar)
    reader = UnicodeData.Reader(UnicodeData.combiningRuns)
    scalar = 0
    while let length = reader.next(), let combiningClass = reader.next() {
      if combiningClass != 0 {
        for scalar in scalar..<(scalar + length) where !recent.contains(scalar) {
          entries[makeEntry(scalar)].combiningClass = UInt8(truncatingIfNeeded: combiningClass)
        }
      }
      scalar += length
    }
  }

  /// The scalars that 9.0 does not know.
  private static func recent() -> Set<UInt32> {
    var result: Set<UInt32> = []
    var reader = UnicodeData.Reader(UnicodeData.recentRuns)
    var scalar: UInt32 = 0
    while let known = reader.next(), let unknown = reader.next() {
      result.formUnion((scalar + known)..<(scalar + known + unknown))
      scalar += known + unknown
    }
    return result
  }

  private mutating func add(_ scalars: [UInt32]) -> Range<Int> {
    pool += scalars
    return (pool.count - scalars.count)..<pool.count
  }

  /// The index of a scalar's entry, made if there is none.
  private mutating func makeEntry(_ scalar: UInt32) -> Int {
    let block = Int(scalar >> Self.blockBits)
    while blocks.count <= block { blocks.append(0) }
    if blocks[block] == 0 {
      blocks[block] = UInt16(truncatingIfNeeded: indices.count >> Int(Self.blockBits))
      indices += [UInt16](repeating: 0, count: 1 << Int(Self.blockBits))
    }
    let slot = Int(blocks[block]) << Int(Self.blockBits) + Int(scalar & (1 << Self.blockBits - 1))
    if indices[slot] == 0 {
      indices[slot] = UInt16(truncatingIfNeeded: entries.count)
      entries.append(Entry())
    }
    return Int(indices[slot])
  }

  /// What a scalar does.
  func entry(_ scalar: UInt32) -> Entry {
    let block = Int(scalar >> Self.blockBits)
    guard block < blocks.count else { return entries[0] }
    let slot = Int(blocks[block]) << Int(Self.blockBits) + Int(scalar & (1 << Self.blockBits - 1))
    return entries[Int(indices[slot])]
  }

  private static func pair(_ first: UInt32, _ second: UInt32) -> UInt64 {
    UInt64(first) << 32 | UInt64(second)
  }

  /// The scalar that two compose to, nil if they do not.
  func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if let syllable = Hangul.composite(first, second) { return syllable }
    let wanted = Self.pair(first, second)
    var low = 0
    var high = pairs.count
    while low < high {
      let middle = (low + high) / 2
      if pairs[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low < pairs.count && pairs[low] == wanted ? composites[low] : nil
  }
}

/// The arithmetic of Hangul syllables (The Unicode Standard, section 3.12).
enum Hangul {
  static let syllables: Range<UInt32> = 0xAC00..<0xD7A4
  static let leading: Range<UInt32> = 0x1100..<0x1113
  static let vowels: Range<UInt32> = 0x1161..<0x1176
  /// The trailing consonants; the scalar before them stands for none.
  static let trailing: Range<UInt32> = 0x11A8..<0x11C3

  /// The jamo of a syllable.
  static func jamo(_ syllable: UInt32) -> [UInt32] {
    let index = syllable - syllables.lowerBound
    let head = [
      leading.lowerBound + index / 588, vowels.lowerBound + index % 588 / 28,
    ]
    return index % 28 == 0 ? head : head + [trailing.lowerBound - 1 + index % 28]
  }

  /// The syllable of a leading consonant and a vowel, or of a syllable and a trailing consonant.
  static func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if leading.contains(first), vowels.contains(second) {
      return syllables.lowerBound + (first - leading.lowerBound) * 588
        + (second - vowels.lowerBound) * 28
    }
    if syllables.contains(first), (first - syllables.lowerBound) % 28 == 0,
      trailing.contains(second)
    {
      return first + second - (trailing.lowerBound - 1)
    }
    return nil
  }
}
