public import OrderedCollections

/// Which tokens play which parts, whether they are added to every text, and how text is normalised.
public struct SpecialTokens: Sendable {
  /// Ids by role, in the order found.
  public var ids: OrderedDictionary<SpecialRole, Int> = [:]
  /// Whether a role's token is added to every text, where the files say so.
  public var added: OrderedDictionary<SpecialRole, Bool> = [:]
  /// Whether text is lowercased.
  public var lowercase: Bool?
  /// Whether accents are removed.
  public var stripAccents: Bool?

  /// Nothing known.
  public init() {}
}
