internal import Failures
internal import Quantization
internal import Tensors

extension GGUFByteSource {
  /// The next `count` tensor descriptions; positions are still relative to the data's start.
  mutating func tensors(
    count: UInt64, alignment: UInt64
  ) throws(CheckpointError) -> [TensorSpec] {
    var result: [TensorSpec] = []
    let expected = Int(min(count, 1 << 16))
    result.reserveCapacity(expected)
    var names = Set<String>(minimumCapacity: expected)
    var encodings: [UInt32: Encoding] = [:]
    for index in 0..<count {
      let begin = position
      let name = try string(
        limit: GGUFLimits.nameBytes, "the name of tensor \(index + 1) of \(count)")
      guard names.insert(name).inserted else {
        throw failure(.duplicate, "two tensors have the same name", at: begin, tensor: name)
      }
      do {
        result.append(
          try tensor(name, at: begin, alignment: alignment, encodings: &encodings))
      } catch { throw error.within(Place(tensor: name)) }
    }
    return result
  }

  private mutating func tensor(
    _ name: String, at begin: UInt64, alignment: UInt64, encodings: inout [UInt32: Encoding]
  ) throws(CheckpointError) -> TensorSpec {
    let shape = try shape()
    let number = try integer(UInt32.self, "the type")
    let encoding: Encoding
    if let known = encodings[number] {
      encoding = known
    } else {
      encoding = try self.encoding(number)
      encodings[number] = encoding
    }
    let offset = try integer(UInt64.self, "the offset")
    guard shape.elementCount != nil else {
      throw failure(.tensor, "the product of the shape \(shape) exceeds 63 bits", at: begin)
    }
    guard shape.columns % encoding.blockElements == 0 else {
      throw failure(
        .tensor,
        "a row of \(shape.columns) elements is not a multiple of the \(encoding.blockElements) "
          + "of a block of \(encoding)", at: begin)
    }
    guard let byteCount = encoding.byteCount(shape) else {
      throw failure(
        .tensor, "the size in bytes of shape \(shape) as \(encoding) exceeds 63 bits", at: begin)
    }
    guard offset & (alignment - 1) == 0 else {
      throw failure(
        .layout, "the offset \(offset) is not a multiple of the alignment \(alignment)", at: begin)
    }
    return TensorSpec(
      name: name, encoding: encoding, shape: shape, byteCount: byteCount, fileOffset: offset)
  }

  private mutating func shape() throws(CheckpointError) -> Shape {
    let begin = position
    let rank = try integer(UInt32.self, "the number of dimensions")
    guard rank <= GGUFLimits.axes else {
      throw failure(
        .tensor, "\(rank) dimensions, at most \(GGUFLimits.axes) are allowed", at: begin)
    }
    var axes = [Int](repeating: 0, count: Int(rank))
    for axis in axes.indices.reversed() {
      let length = try count("the dimensions")
      guard let exact = Int(exactly: length) else {
        throw failure(
          .tensor,
          "a dimension of \(length) exceeds 63 bits (\(Int64(bitPattern: length)) if read "
            + "as signed)", at: begin)
      }
      axes[axis] = exact
    }
    return Shape(axes)
  }

  private func encoding(_ number: UInt32) throws(CheckpointError) -> Encoding {
    if let encoding = GGUFFormat.encoding(ofType: number) { return encoding }
    if let removed = QuantType.findRemoved(GGUFFormat.idSpace, .number(Int(number))) {
      throw failure(
        .unsupported,
        "type \(number) (\(removed.name)) was removed from ggml; requantize the original model",
        at: position - 4)
    }
    throw failure(.unsupported, "type \(number) is not a known ggml type", at: position - 4)
  }
}
