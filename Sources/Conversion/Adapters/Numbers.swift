internal import Checkpoints
internal import Failures
internal import Quantization
internal import Tensors

/// Reads runs of a tensor's elements as f32: exact for every type of up to 32 bits and every block
/// type.
struct Numbers {
  let reader: any CheckpointReader

  /// Whether elements of that encoding can be read as f32.
  static func canRead(_ encoding: Encoding) -> Bool {
    if let type = encoding.scalarType {
      return type.kind == .float && type.bits % 8 == 0
        && (type == .f32 || ScalarConversion(from: type, to: .f32) != nil)
    }
    return QuantType.named(encoding.name)?.codec != nil
  }

  /// All elements of a tensor.
  func all(_ tensor: Int) throws(CheckpointError) -> [Float] {
    let count = reader.tensors[tensor].shape.elementCount ?? 0
    var values = [Float](repeating: 0, count: count)
    let result = values.withUnsafeMutableBufferPointer { buffer in
      Result { () throws(CheckpointError) in try read(tensor, 0..<count, into: buffer) }
    }
    try result.get()
    return values
  }

  /// Elements of a tensor.
  ///
  /// - Parameter output: as long as the range.
  func read(
    _ tensor: Int, _ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Float>
  ) throws(CheckpointError) {
    let spec = reader.tensors[tensor]
    if spec.encoding == Encoding(.f32) {
      return try reader.read(
        tensor: tensor, range: 4 * elements.lowerBound..<4 * elements.upperBound,
        into: UnsafeMutableRawBufferPointer(output))
    }
    let block = spec.encoding.blockElements
    let start = elements.lowerBound / block * block
    let end = (elements.upperBound + block - 1) / block * block
    guard let first = spec.encoding.byteCount(elements: start),
      let last = spec.encoding.byteCount(elements: end)
    else {
      throw CheckpointError(
        .tensor, "elements \(elements) do not fill bytes of \(spec.encoding)",
        at: Place(tensor: spec.name))
    }
    var bytes = [UInt8](repeating: 0, count: last - first)
    let result = bytes.withUnsafeMutableBytes { bytes in
      Result { () throws(CheckpointError) in
        try reader.read(tensor: tensor, range: first..<last, into: bytes)
        try decode(
          UnsafeRawBufferPointer(bytes), spec, skipping: elements.lowerBound - start, output)
      }
    }
    try result.get()
  }

  private func decode(
    _ bytes: UnsafeRawBufferPointer, _ spec: TensorSpec, skipping skipped: Int,
    _ output: UnsafeMutableBufferPointer<Float>
  ) throws(CheckpointError) {
    if let type = spec.encoding.scalarType,
      let conversion = ScalarConversion(from: type, to: .f32)
    {
      let outcome = conversion.run(
        bytes, into: UnsafeMutableRawBufferPointer(output), count: output.count)
      guard outcome.firstUnrepresentable == nil else {
        throw CheckpointError(.value, "f32 cannot hold a value", at: Place(tensor: spec.name))
      }
      return
    }
    guard let codec = QuantType.named(spec.encoding.name)?.codec else {
      throw CheckpointError(
        .unsupported, "\(spec.encoding) is no type of numbers", at: Place(tensor: spec.name))
    }
    let block = spec.encoding.blockElements
    if skipped == 0, output.count % block == 0 { return codec.decode(bytes, into: output) }
    var values = [Float](repeating: 0, count: (skipped + output.count + block - 1) / block * block)
    values.withUnsafeMutableBufferPointer { codec.decode(bytes, into: $0) }
    for index in output.indices { output[index] = values[skipped + index] }
  }
}
