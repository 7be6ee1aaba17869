/// What the splits of pre-tokenizers ask of a scalar: its general category, whether it is white
/// space and whether it is Han; in six bits.
struct ScalarClass: Hashable, Sendable {
  /// A category's raw value, or 30 for a control that is white space; 32 is added for Han.
  let rawValue: UInt8

  /// U+0009...U+000D and U+0085: the white space that is not of category Z.
  static let controlSpace = ScalarClass(rawValue: 30)
  /// What has no meaning, such as a byte that is not UTF-8.
  static let unassigned = ScalarClass(rawValue: GeneralCategory.cn.rawValue)

  /// The general category.
  var category: GeneralCategory {
    self == .controlSpace ? .cc : GeneralCategory(rawValue: rawValue & 31) ?? .cn
  }
  /// Whether the scalar has the property White_Space.
  var isWhiteSpace: Bool { ClassSet.whiteSpace.contains(self) }
  /// Whether the scalar is of the script Han.
  var isHan: Bool { rawValue & 32 != 0 }
}

/// A set of scalar classes, one bit each.
struct ClassSet: Hashable, Sendable {
  let bits: UInt64

  init(bits: UInt64) { self.bits = bits }

  /// Scalars of any of the categories, Han or not.
  init(_ categories: GeneralCategory...) {
    var bits: UInt64 = 0
    for category in categories {
      bits |= 0x1_0000_0001 << UInt64(category.rawValue)
      if category == .cc { bits |= 1 << UInt64(ScalarClass.controlSpace.rawValue) }
    }
    self.bits = bits
  }

  @inline(__always)
  func contains(_ member: ScalarClass) -> Bool {
    (bits &>> UInt64(truncatingIfNeeded: member.rawValue)) & 1 != 0
  }

  func union(_ other: ClassSet) -> ClassSet { ClassSet(bits: bits | other.bits) }
  func subtracting(_ other: ClassSet) -> ClassSet { ClassSet(bits: bits & ~other.bits) }
  var inverted: ClassSet { ClassSet(bits: ~bits) }

  static let letters = ClassSet(.ll, .lm, .lo, .lt, .lu)
  static let marks = ClassSet(.mc, .me, .mn)
  static let numbers = ClassSet(.nd, .nl, .no)
  static let punctuation = ClassSet(.pc, .pd, .pe, .pf, .pi, .po, .ps)
  static let symbols = ClassSet(.sc, .sk, .sm, .so)
  static let whiteSpace = ClassSet(.zl, .zp, .zs).union(
    ClassSet(bits: 1 << UInt64(ScalarClass.controlSpace.rawValue)))
  static let han = ClassSet(bits: 0xFFFF_FFFF_0000_0000)

  /// `L`, `Lu`, and so on; nil for a name that is not a category or a group of them.
  init?(named name: String) {
    switch name {
    case "L", "Letter": self = .letters
    case "M", "Mark": self = .marks
    case "N", "Number": self = .numbers
    case "P", "Punctuation": self = .punctuation
    case "S", "Symbol": self = .symbols
    case "Z", "Separator": self.init(.zl, .zp, .zs)
    case "C", "Other": self.init(.cn, .cc, .cf, .co, .cs)
    case "Han", "Script=Han", "sc=Han": self = .han
    default:
      guard let category = GeneralCategory.allCases.first(where: { $0.name == name }) else {
        return nil
      }
      self.init(category)
    }
  }
}
