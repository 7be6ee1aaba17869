extension ScalarType {
  /// Every scalar type, in the order in which it is listed to users.
  public static let all: [ScalarType] = [
    .f64, .f32, .f16, .bf16,
    .f8e4m3, .f8e5m2, .f8e4m3fnuz, .f8e5m2fnuz, .f8e8m0, .f6e2m3, .f6e3m2, .f4e2m1,
    .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool, .c32, .c64, .c128,
  ]

  /// The member that `space` calls `id`.
  public static func find(_ space: IDSpace, _ id: ExternalID) -> ScalarType? {
    index[Key(space: space, id: id)]
  }

  /// The member of that name.
  public static func named(_ name: String) -> ScalarType? { byName[name] }

  private struct Key: Hashable {
    let space: IDSpace
    let id: ExternalID
  }
  private static let index: [Key: ScalarType] = {
    var result: [Key: ScalarType] = [:]
    for type in all {
      for (space, id) in type.ids { result[Key(space: space, id: id)] = type }
    }
    return result
  }()
  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
