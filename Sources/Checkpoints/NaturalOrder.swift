/// The order in which Transformers lists the tensors of a checkpoint: `layers.2` before `layers.10`.
///
/// Names are compared part by part between their points: a part of digits alone by its number, and
/// before any other; other parts by their text without the digits at its end, then by those digits
/// as a number (none before some). Names that are equal so far are ordered by their bytes.
public enum NaturalOrder {
  /// Whether `a` comes before `b`.
  public static func precedes(_ a: String, _ b: String) -> Bool {
    let result = a.utf8.withContiguousStorageIfAvailable { left in
      b.utf8.withContiguousStorageIfAvailable { right in
        compare(UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right))
      }
    }
    return (result.flatMap { $0 } ?? compareBytes(Array(a.utf8), Array(b.utf8))) < 0
  }

  private static func compareBytes(_ a: [UInt8], _ b: [UInt8]) -> Int {
    a.withUnsafeBytes { left in b.withUnsafeBytes { compare(left, $0) } }
  }

  private static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    var i = 0
    var j = 0
    while true {
      let left = part(a, from: i)
      let right = part(b, from: j)
      let order = compareParts(a, left, b, right)
      if order != 0 { return order }
      let leftEnds = left.end >= a.count
      let rightEnds = right.end >= b.count
      if leftEnds || rightEnds {
        if leftEnds != rightEnds { return leftEnds ? -1 : 1 }
        return ByteOrder.compare(a, b)
      }
      i = left.end + 1
      j = right.end + 1
    }
  }

  private struct Part {
    var start: Int
    var digits: Int
    var end: Int
  }

  /// The part that begins at `start`: where its final digits begin, and where it ends.
  private static func part(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Part {
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: ".") { end += 1 }
    var digits = end
    while digits > start, bytes[digits - 1] >= UInt8(ascii: "0"),
      bytes[digits - 1] <= UInt8(ascii: "9")
    {
      digits -= 1
    }
    return Part(start: start, digits: digits, end: end)
  }

  private static func compareParts(
    _ a: UnsafeRawBufferPointer, _ left: Part, _ b: UnsafeRawBufferPointer, _ right: Part
  ) -> Int {
    let leftIsNumber = left.digits == left.start && left.end > left.start
    let rightIsNumber = right.digits == right.start && right.end > right.start
    if leftIsNumber != rightIsNumber { return leftIsNumber ? -1 : 1 }
    let text = compare(a, left.start..<left.digits, b, right.start..<right.digits)
    if text != 0 { return text }
    let leftHas = left.end > left.digits
    let rightHas = right.end > right.digits
    if leftHas != rightHas { return leftHas ? 1 : -1 }
    let leftDigits = withoutZeros(a, left.digits..<left.end)
    let rightDigits = withoutZeros(b, right.digits..<right.end)
    if leftDigits.count != rightDigits.count {
      return leftDigits.count < rightDigits.count ? -1 : 1
    }
    return compare(a, leftDigits, b, rightDigits)
  }

  private static func compare(
    _ a: UnsafeRawBufferPointer, _ left: Range<Int>, _ b: UnsafeRawBufferPointer,
    _ right: Range<Int>
  ) -> Int {
    ByteOrder.compare(.init(rebasing: a[left]), .init(rebasing: b[right]))
  }

  /// The digits that remain without zeros before them.
  private static func withoutZeros(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>
  ) -> Range<Int> {
    var start = range.lowerBound
    while start < range.upperBound, bytes[start] == UInt8(ascii: "0") { start += 1 }
    return start..<range.upperBound
  }
}
