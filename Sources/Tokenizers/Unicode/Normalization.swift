/// The normalisation forms of Unicode over UTF-8; bytes that are not UTF-8 stay and separate what
/// stands around them.
enum Normalization: CaseIterable {
  case nfc, nfd, nfkc, nfkd

  /// Whose data decides.
  ///
  /// A scalar's decomposition never changes once it is assigned, so versions
  /// differ in what was assigned later only.
  enum Version: CaseIterable {
    /// Unicode 9.0, by which tokenizers normalises, while it classifies scalars by 16.0.
    case unicode9
    /// Unicode 16.0.
    case unicode16

    var table: NormalizationTable {
      switch self {
      case .unicode9: NormalizationTable.unicode9
      case .unicode16: NormalizationTable.unicode16
      }
    }
  }

  /// The text in canonical composition.
  static func nfc(_ text: [UInt8], by version: Version = .unicode9) -> [UInt8] {
    nfc.apply(text, by: version)
  }
  /// The text in canonical decomposition.
  static func nfd(_ text: [UInt8], by version: Version = .unicode9) -> [UInt8] {
    nfd.apply(text, by: version)
  }
  /// The text in compatibility composition.
  static func nfkc(_ text: [UInt8], by version: Version = .unicode9) -> [UInt8] {
    nfkc.apply(text, by: version)
  }
  /// The text in compatibility decomposition.
  static func nfkd(_ text: [UInt8], by version: Version = .unicode9) -> [UInt8] {
    nfkd.apply(text, by: version)
  }

  private var composes: Bool { self == .nfc || self == .nfkc }
  private var isCompatible: Bool { self == .nfkc || self == .nfkd }

  /// The text in this form.
  ///
  /// What is normal already is copied; only what stands between two stable starters is worked on.
  func apply(_ text: [UInt8], by version: Version = .unicode9) -> [UInt8] {
    let table = version.table
    var result: [UInt8] = []
    var copied = 0
    text.withUnsafeBufferPointer { text in
      guard let base = text.baseAddress else { return }
      let end = text.count
      var position = 0
      var starter = 0
      while position < end {
        if base[position] < 0x80 {
          starter = position
          position += 1
          continue
        }
        let (scalar, length) = UTF8Scalars.decode(base, position, end)
        if isStable(scalar, table) {
          starter = position
          position += length
          continue
        }
        var scalars: [UInt32] = []
        var stop = starter
        while stop < end {
          let (scalar, length) = UTF8Scalars.decode(base, stop, end)
          if stop > position, isStable(scalar, table) { break }
          decompose(scalar, table, into: &scalars)
          stop += length
        }
        if copied == 0 { result.reserveCapacity(end + end / 8) }
        result += text[copied..<starter]
        order(&scalars, table)
        if composes { compose(&scalars, table) }
        for scalar in scalars { UTF8Scalars.append(scalar, to: &result) }
        copied = stop
        position = stop
        starter = stop
      }
      if copied > 0 { result += text[copied..<end] }
    }
    return copied == 0 ? text : result
  }

  /// Whether a scalar begins something new, and stays as it is.
  private func isStable(_ scalar: UInt32, _ table: NormalizationTable) -> Bool {
    if scalar < 0xC0 {
      return !isCompatible || scalar < 0xA0 || table.entry(scalar).compatible.isEmpty
    }
    if composes {
      if Hangul.vowels.contains(scalar) || Hangul.trailing.contains(scalar) { return false }
    } else if Hangul.syllables.contains(scalar) {
      return false
    }
    let entry = table.entry(scalar)
    if entry.combiningClass != 0 { return false }
    let full = isCompatible ? entry.compatible : entry.canonical
    guard composes else { return full.isEmpty }
    if entry.mayCompose || entry.isExcluded { return false }
    guard isCompatible, !full.isEmpty else { return true }
    // It decomposes and composes again, unless compatibility takes it elsewhere.
    return !entry.canonical.isEmpty && table.pool[entry.canonical].elementsEqual(table.pool[full])
  }

  private func decompose(
    _ scalar: UInt32, _ table: NormalizationTable, into scalars: inout [UInt32]
  ) {
    if Hangul.syllables.contains(scalar) {
      scalars += Hangul.jamo(scalar)
      return
    }
    let entry = table.entry(scalar)
    let full = isCompatible ? entry.compatible : entry.canonical
    if full.isEmpty { scalars.append(scalar) } else { scalars += table.pool[full] }
  }

  /// Sorts what stands between starters by combining class, leaving equals in their order.
  private func order(_ scalars: inout [UInt32], _ table: NormalizationTable) {
    let classes = scalars.map { table.entry($0).combiningClass }
    var start = 0
    while start < scalars.count {
      guard classes[start] != 0 else {
        start += 1
        continue
      }
      var end = start
      var isSorted = true
      while end < scalars.count, classes[end] != 0 {
        if end > start, classes[end] < classes[end - 1] { isSorted = false }
        end += 1
      }
      if !isSorted {
        // A stable sort: by class, then by position.
        let sorted = (start..<end).sorted { (classes[$0], $0) < (classes[$1], $1) }
        let moved = sorted.map { scalars[$0] }
        scalars.replaceSubrange(start..<end, with: moved)
      }
      start = end
    }
  }

  /// Composes each starter with what follows it unless something blocks it.
  private func compose(_ scalars: inout [UInt32], _ table: NormalizationTable) {
    var kept = 0
    var starter: Int?
    var lastClass: UInt8 = 0
    for index in scalars.indices {
      let scalar = scalars[index]
      let combiningClass = table.entry(scalar).combiningClass
      if let starter, kept == starter + 1 || lastClass < combiningClass,
        let composite = table.composite(scalars[starter], scalar)
      {
        scalars[starter] = composite
        continue
      }
      if combiningClass == 0 { starter = kept }
      lastClass = combiningClass
      scalars[kept] = scalar
      kept += 1
    }
    scalars.removeSubrange(kept...)
  }
}
