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
  /// The fields of a float; nil for other kinds.
  public let format: FloatFormat?
  /// What formats call it.
  public let ids: [IDSpace: ExternalID]

  init(
    _ name: String, bits: Int, _ kind: Kind, format: FloatFormat? = nil,
    ids: [IDSpace: ExternalID]
  ) {
    self.name = name
    self.bits = bits
    self.kind = kind
    self.format = format
    self.ids = ids
  }

  /// The name.
  public var description: String { name }
  /// Types are equal if their names are.
  public static func == (a: ScalarType, b: ScalarType) -> Bool { a.name == b.name }
  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
