/// The order of texts by the bytes of their UTF-8, which is also that of their Unicode scalars.
///
/// Swift's own `<` normalises; files want the plain order.
public enum ByteOrder {
  /// Whether `a` comes before `b`.
  public static func precedes(_ a: String, _ b: String) -> Bool {
    let result = a.utf8.withContiguousStorageIfAvailable { left in
      b.utf8.withContiguousStorageIfAvailable { right in
        compare(UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right)) < 0
      }
    }
    return result.flatMap { $0 } ?? a.utf8.lexicographicallyPrecedes(b.utf8)
  }

  /// Negative if `a` comes before `b`, positive if after, 0 if they are equal.
  static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let common = min(a.count, b.count)
    var index = 0
    while index < common, a[index] == b[index] { index += 1 }
    if index < common { return a[index] < b[index] ? -1 : 1 }
    return a.count - b.count
  }
}
