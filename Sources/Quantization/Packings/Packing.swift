public import Tensors

/// A layout in which a quantizer's checkpoint spreads one tensor over several: the same numbers as an
/// encoding of one piece, block by block.
///
/// One file each under Packings/, one line in `Packing+Registry.swift`.
public protocol Packing: Sendable {
  /// How the tensor is stored where it is one piece.
  static var encoding: Encoding { get }
  /// The tensors that it is spread over, in the order in which `pack` takes them.
  static var parts: [PackingPart] { get }
  /// The recipe that `general.file_type` of a GGUF names where such tensors stand; nil for none.
  static var fileType: String? { get }

  /// Makes `count` blocks of the encoding from the bytes of each part.
  static func pack(
    _ parts: [UnsafeRawBufferPointer], into blocks: UnsafeMutableRawBufferPointer, count: Int)
  /// Makes one part's bytes from `count` blocks.
  static func unpack(
    _ blocks: UnsafeRawBufferPointer, part: Int, into bytes: UnsafeMutableRawBufferPointer,
    count: Int)
}

/// A tensor that a packing consists of: for each block of the whole an equal number of bytes.
public struct PackingPart: Hashable, Sendable {
  /// What its name has behind the whole's name.
  public let suffix: String
  /// Its element type.
  public let type: ScalarType
  /// Axes behind those of the whole, whose last counts blocks; their elements belong to one block.
  public let blockAxes: [Int]
  /// The encoding of the whole that has this part only.
  public let encoding: Encoding

  /// A part of that packing.
  init(_ suffix: String, _ type: ScalarType, _ blockAxes: [Int], of whole: Encoding) {
    self.suffix = suffix
    self.type = type
    self.blockAxes = blockAxes
    encoding = Encoding(
      name: whole.name + suffix, blockElements: whole.blockElements,
      blockBits: blockAxes.reduce(type.bits, *))
  }

  /// Bytes that belong to one block of the whole.
  public var blockBytes: Int { encoding.blockBits / 8 }

  /// The part's shape in a file.
  public func storedShape(of whole: Shape) -> Shape {
    let blocks = whole.columns / encoding.blockElements
    return Shape(Array(whole.axes.dropLast()) + [blocks] + blockAxes)
  }

  /// The whole's shape, nil if a tensor of that shape is no such part.
  public func wholeShape(of stored: Shape) -> Shape? {
    let axes = stored.axes.dropLast(blockAxes.count)
    guard stored.axes.suffix(blockAxes.count).elementsEqual(blockAxes), let blocks = axes.last,
      blocks > 0
    else { return nil }
    let (columns, overflow) = blocks.multipliedReportingOverflow(by: encoding.blockElements)
    let whole = Shape(Array(axes.dropLast()) + [columns])
    return overflow || whole.elementCount == nil ? nil : whole
  }
}
