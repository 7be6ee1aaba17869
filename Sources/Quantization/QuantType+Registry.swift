public import Tensors

extension QuantType {
  /// Every block type, sorted by name; one file each under Types/.
  public static let all: [QuantType] = []

  /// The type of that name, in any case of letters.
  public static func named(_ name: String) -> QuantType? { byName[name.lowercased()] }
  /// The type that `space` calls `id`.
  public static func find(_ space: IDSpace, _ id: ExternalID) -> QuantType? {
    all.first { $0.ids[space] == id }
  }

  private static let byName = Dictionary(
    uniqueKeysWithValues: all.map { ($0.name.lowercased(), $0) })
}
