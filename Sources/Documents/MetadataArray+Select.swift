extension MetadataArray {
  /// The list without the elements at the indices that `isRemoved` names.
  public func removing(where isRemoved: (Int) -> Bool) -> MetadataArray {
    func rest<Element>(_ list: [Element]) -> [Element] {
      list.enumerated().filter { !isRemoved($0.offset) }.map(\.element)
    }
    return switch self {
    case .u8(let list): .u8(rest(list))
    case .i8(let list): .i8(rest(list))
    case .u16(let list): .u16(rest(list))
    case .i16(let list): .i16(rest(list))
    case .u32(let list): .u32(rest(list))
    case .i32(let list): .i32(rest(list))
    case .f32(let list): .f32(rest(list))
    case .bool(let list): .bool(rest(list))
    case .strings(let list): .strings(PackedStrings(rest(Array(list))))
    case .arrays(let list): .arrays(rest(list))
    case .u64(let list): .u64(rest(list))
    case .i64(let list): .i64(rest(list))
    case .f64(let list): .f64(rest(list))
    }
  }
}
