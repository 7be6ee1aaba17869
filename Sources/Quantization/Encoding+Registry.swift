public import Tensors

extension Encoding {
  /// The scalar or block type that `space` calls `id`.
  public static func find(_ space: IDSpace, _ id: ExternalID) -> Encoding? {
    ScalarType.find(space, id).map { Encoding($0) } ?? QuantType.find(space, id)?.encoding
  }

  /// The scalar or block type of that name, in any case of letters.
  public static func named(_ name: String) -> Encoding? {
    ScalarType.named(name.lowercased()).map { Encoding($0) } ?? QuantType.named(name)?.encoding
  }

  /// Every scalar and block type, in the order in which they are listed to users.
  public static var all: [Encoding] {
    ScalarType.all.map { Encoding($0) } + QuantType.all.map(\.encoding)
  }

  /// The block type of that name, unless this is a scalar type or a packing.
  public var quantType: QuantType? { QuantType.named(name) }
}
