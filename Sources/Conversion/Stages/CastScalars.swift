public import Failures
public import Tensors

/// Converts numbers of one scalar type to another, each rounded at most once.
public struct CastScalars: Stage {
  /// The stage.
  public init() {}
  /// `cast`.
  public let id = "cast"
  /// Single elements, as far as they fill bytes.
  public let granularity = Granularity.elements(multipleOf: 1)

  /// Between all real types but to truths, which numbers become only where that is exact.
  public func edges(from source: Encoding, of shape: Shape) -> [Edge] {
    guard let from = source.scalarType, from.kind != .complex else { return [] }
    return ScalarType.all.compactMap { to in
      guard to != from, to.kind != .complex, ScalarConversion(from: from, to: to) != nil else {
        return nil
      }
      let isExact = to.holdsExactly(from)
      guard isExact || to.kind != .boolean else { return nil }
      return Edge(target: Encoding(to), isExact: isExact)
    }
  }

  /// Casts a tile.
  ///
  /// - Throws: `.value` naming the first element that the target cannot hold.
  public func run(_ input: TileInput, into output: inout TileOutput) throws(ConversionError) {
    guard let from = input.encoding.scalarType, let to = output.encoding.scalarType,
      let conversion = ScalarConversion(from: from, to: to), let source = input.parts.first,
      let target = output.parts.first
    else { throw ConversionError(.internal, "cast from \(input.encoding) to \(output.encoding)") }
    let outcome = conversion.run(
      source, into: target, count: input.elementCount, saturate: input.saturate)
    output.underflows += outcome.underflows
    guard let index = outcome.firstUnrepresentable else { return }
    throw input.unrepresentable(index, value: Self.value(index, source, from), in: output.encoding)
  }

  /// The value of an element, for a message.
  static func value(
    _ index: Int, _ source: UnsafeRawBufferPointer, _ type: ScalarType
  ) -> Float {
    guard let toF32 = ScalarConversion(from: type, to: .f32) else { return .nan }
    // Start where elements begin at a whole byte.
    let first = index / 8 * 8
    let count = index - first + 1
    let skipped = UnsafeRawBufferPointer(rebasing: source[(first * type.bits / 8)...])
    var values = [Float](repeating: 0, count: count)
    _ = values.withUnsafeMutableBytes { target in
      toF32.run(skipped, into: target, count: count, saturate: true)
    }
    return values[count - 1]
  }
}
