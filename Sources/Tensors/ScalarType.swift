/// A type of single numbers: each element stands alone, without a scale.
///
/// Members are listed in `ScalarType+Registry.swift`; their external ids live with them.
public struct ScalarType: Hashable, Sendable, CustomStringConvertible {
  /// How the bits are read.
  public enum Kind: String, Sendable {
    case boolean, signed, unsigned, float, complex
  }

  /// Lower-case name, such as `bf16`: unique among all encodings.
  public let name: String
  /// Bits of one element; below 8 several elements share bytes.
  public let bits: Int
  /// How the bits are read.
  public let kind: Kind
  /// What formats call it.
  public let ids: [IDSpace: ExternalID]

  init(_ name: String, bits: Int, _ kind: Kind, ids: [IDSpace: ExternalID]) {
    self.name = name
    self.bits = bits
    self.kind = kind
    self.ids = ids
  }

  /// The name.
  public var description: String { name }
  /// Types are equal if their names are.
  public static func == (a: ScalarType, b: ScalarType) -> Bool { a.name == b.name }
  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
