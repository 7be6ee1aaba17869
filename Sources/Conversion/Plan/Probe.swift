internal import Checkpoints
internal import Failures
internal import Tensors

/// Reads small tensors while planning, to prove of their values what their type alone does not tell.
///
/// The run checks that the source has not changed since.
struct Probe {
  let reader: any CheckpointReader

  /// Most bytes of a tensor that is read.
  static let byteLimit = 16 << 20
  /// Bytes of one read.
  private static let stepBytes = 1 << 20

  /// Whether every number of these tensors, written as the narrower float type, is read back bit for
  /// bit: payloads of NaN and signs of zero included.
  ///
  /// False without looking for tensors beyond the limit, and for types that are no floats.
  func holds(_ tensors: [Int], as target: Encoding) throws(ConversionError) -> Bool {
    guard let narrow = target.scalarType, narrow.kind == .float else { return false }
    for tensor in tensors {
      guard try holds(reader.tensors[tensor], tensor, as: narrow) else { return false }
    }
    return true
  }

  private func holds(
    _ spec: TensorSpec, _ index: Int, as narrow: ScalarType
  ) throws(ConversionError) -> Bool {
    guard let wide = spec.encoding.scalarType, wide.kind == .float, wide.bits % 8 == 0,
      spec.byteCount <= Self.byteLimit,
      let there = ScalarConversion(from: wide, to: narrow),
      let back = ScalarConversion(from: narrow, to: wide)
    else { return false }
    let step = min(spec.byteCount, Self.stepBytes)
    var original = [UInt8](repeating: 0, count: step)
    var narrowed = original
    var returned = original
    var offset = 0
    while offset < spec.byteCount {
      let count = min(step, spec.byteCount - offset)
      let elements = count * 8 / wide.bits
      let result = original.withUnsafeMutableBytes { original in
        narrowed.withUnsafeMutableBytes { narrowed in
          returned.withUnsafeMutableBytes { returned in
            Result { () throws(CheckpointError) in
              let part = UnsafeMutableRawBufferPointer(rebasing: original[..<count])
              try reader.read(tensor: index, range: offset..<offset + count, into: part)
              let outcome = there.run(UnsafeRawBufferPointer(part), into: narrowed, count: elements)
              guard outcome.firstUnrepresentable == nil else { return false }
              _ = back.run(UnsafeRawBufferPointer(narrowed), into: returned, count: elements)
              return part.elementsEqual(returned[..<count])
            }
          }
        }
      }
      let isSame = try passing(at: Place(tensor: spec.name)) { () throws(CheckpointError) in
        try result.get()
      }
      guard isSame else { return false }
      offset += count
    }
    return true
  }
}
