public import Kernels
public import Tensors

extension BlockCodec {
  /// Decodes whole blocks to f32 by the kernel of a CPU level.
  ///
  /// - Precondition: `blocks` has the blocks of `output.count` elements.
  public static func decode(
    _ blocks: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>,
    kernels: KernelTable = .current
  ) {
    let count = output.count / type.blockElements
    precondition(blocks.count >= count * type.blockBytes, "the blocks fill the output")
    guard count > 0, let source = blocks.baseAddress, let target = output.baseAddress else {
      return
    }
    guard let kernel = kernels.blocks[type.name] else {
      return decodeReference(blocks, into: output)
    }
    kernel.decode(source, UnsafeMutableRawPointer(target), count, tables)
  }

  /// Encodes whole rows of a scalar type: the bytes that its elements as f32 give.
  ///
  /// f64 that overflows f32 cannot be held, nor can any element of a complex type.
  /// - Parameter importance: one weight per column of a row, or nil.
  /// - Precondition: the rows consist of whole blocks, for which `blocks` has room.
  public static func encode(
    _ rows: UnsafeRawBufferPointer, of scalar: ScalarType, elementCount: Int, columns: Int,
    importance: UnsafeBufferPointer<Float>?, into blocks: UnsafeMutableRawBufferPointer,
    kernels: KernelTable = .current
  ) -> EncodeOutcome {
    guard elementCount > 0, columns > 0 else { return EncodeOutcome() }
    precondition(
      columns % type.blockElements == 0 && elementCount % columns == 0
        && rows.count >= elementCount * scalar.bits / 8
        && blocks.count >= elementCount / type.blockElements * type.blockBytes
        && importance.map { $0.count >= columns } ?? true,
      "rows of whole blocks, and buffers that hold them")
    guard let conversion = ScalarConversion(from: scalar, to: .f32) else {
      return EncodeOutcome(firstUnrepresentable: 0)
    }
    let encoder = BlockEncoder(
      codec: self, columns: columns, importance: importance, kernel: kernels.blocks[type.name])
    if let direct = encoder.kernel?.encoding(of: scalar) {
      return encoder.encode(rows, scalar, conversion, elementCount / columns, into: blocks, direct)
    }
    return encoder.encodeWidened(rows, scalar, conversion, elementCount / columns, into: blocks)
  }
}
