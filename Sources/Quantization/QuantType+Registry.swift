public import Tensors

extension QuantType {
  /// Every block type, sorted by name; one file each under Types/.
  public static let all: [QuantType] = [
    .iq1_m,
    .iq1_s,
    .iq2_s,
    .iq2_xs,
    .iq2_xxs,
    .iq3_s,
    .iq3_xxs,
    .iq4_nl,
    .iq4_xs,
    .mxfp4,
    .nvfp4,
    .q1_0,
    .q2_0,
    .q2_K,
    .q3_K,
    .q4_0,
    .q4_1,
    .q4_K,
    .q5_0,
    .q5_1,
    .q5_K,
    .q6_K,
    .q8_0,
    .q8_1,
    .q8_K,
    .tq1_0,
    .tq2_0,
  ]

  /// The type of that name, in any case of letters.
  public static func named(_ name: String) -> QuantType? { byName[name.lowercased()] }
  /// The type that `space` calls `id`.
  public static func find(_ space: IDSpace, _ id: ExternalID) -> QuantType? {
    all.first { $0.ids[space] == id }
  }

  private static let byName = Dictionary(
    uniqueKeysWithValues: all.map { ($0.name.lowercased(), $0) })
}
