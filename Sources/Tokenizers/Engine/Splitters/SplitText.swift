/// A text while it is split: its bytes and the classes of scalars.
struct SplitText {
  let bytes: UnsafePointer<UInt8>
  let count: Int
  let classes: ScalarClasses

  /// Nil for an empty text.
  init?(_ text: UnsafeBufferPointer<UInt8>) {
    guard let base = text.baseAddress, !text.isEmpty else { return nil }
    bytes = base
    count = text.count
    classes = .shared
  }

  /// The class of the scalar at a position within the text, and how many bytes it takes.
  @inline(__always)
  func scalarClass(at position: Int) -> (value: ScalarClass, length: Int) {
    let first = bytes[position]
    if first < 0x80 { return (ScalarClass(rawValue: classes.flat[Int(first)]), 1) }
    let (scalar, length) = UTF8Scalars.decode(bytes, position, count)
    return (classes(scalar), length)
  }

  /// The scalar at a position within the text.
  @inline(__always)
  func scalar(at position: Int) -> (scalar: UInt32, length: Int) {
    UTF8Scalars.decode(bytes, position, count)
  }

  /// How many bytes the scalar at a position takes.
  @inline(__always)
  func length(at position: Int) -> Int {
    bytes[position] < 0x80 ? 1 : UTF8Scalars.decode(bytes, position, count).length
  }

  /// The end of the run of scalars of a set that begins at a position.
  @inline(__always)
  func runEnd(of set: ClassSet, from start: Int) -> Int {
    var position = start
    while position < count {
      let (value, length) = scalarClass(at: position)
      guard set.contains(value) else { break }
      position += length
    }
    return position
  }

  /// The end of a run of at most that many scalars.
  @inline(__always)
  func runEnd(of set: ClassSet, from start: Int, most: Int) -> Int {
    var position = start
    var taken = 0
    while position < count, taken < most {
      let (value, length) = scalarClass(at: position)
      guard set.contains(value) else { break }
      position += length
      taken += 1
    }
    return position
  }

  /// Whether the position is at a byte.
  @inline(__always)
  func has(_ byte: UInt8, at position: Int) -> Bool { position < count && bytes[position] == byte }

  /// Whether a return or a line feed stands there.
  @inline(__always)
  func isNewline(at position: Int) -> Bool {
    position < count && (bytes[position] == 0x0A || bytes[position] == 0x0D)
  }
}
