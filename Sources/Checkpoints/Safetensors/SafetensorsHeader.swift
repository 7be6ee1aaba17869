internal import Documents
internal import Failures
internal import Tensors

/// The parsed and checked header of a safetensors file.
struct SafetensorsHeader {
  private(set) var metadata = Metadata()
  /// By their place in the file, which is where `TensorSpec.fileOffset` points.
  private(set) var tensors: [TensorSpec] = []

  /// An entry as the header has it; nil for what it lacks.
  private struct Entry {
    var dtype: String?
    var shape: [Int]?
    var begin: UInt64?
    var end: UInt64?
  }

  private let dataByteCount: UInt64
  private let dataStart: UInt64
  /// Encodings and shapes that occurred, so that equal ones share their storage.
  private var encodings: [String: Encoding] = [:]
  private var shapes: [[Int]: Shape] = [:]
  /// Names that are not ASCII; Swift compares them by canonical equivalence.
  private var unusualNames: Set<String> = []
  private var isInOrder = true

  /// Parses the JSON that stands between the length and the data.
  ///
  /// - Parameter dataByteCount: bytes of the file after the header.
  init(_ bytes: [UInt8], dataByteCount: UInt64) throws(CheckpointError) {
    self.dataByteCount = dataByteCount
    dataStart = 8 + UInt64(bytes.count)
    var reader = JSONReader(bytes, fileOffset: 8, options: .init(refusesDuplicateKeys: true))
    try Self.lift { () throws(DocumentError) in try reader.beginObject() }
    while let name = try Self.nextName(&reader) {
      if name == Safetensors.metadataKey {
        metadata = try Self.lift { () throws(DocumentError) in try Self.metadata(&reader) }
        continue
      }
      let entry = try Self.lift(name) { () throws(DocumentError) in try Self.entry(&reader) }
      do throws(CheckpointError) {
        try add(name, entry)
      } catch {
        throw error.within(Place(tensor: ShardIndex.visible(name)))
      }
    }
    try Self.lift { () throws(DocumentError) in try reader.finish() }
    if !isInOrder {
      tensors.sort { ($0.fileOffset, $0.byteCount) < ($1.fileOffset, $1.byteCount) }
    }
    try checkCover()
  }

  /// Runs a step of the JSON reader; its error becomes one about the header.
  private static func lift<T>(
    _ tensor: String? = nil, _ step: () throws(DocumentError) -> T
  ) throws(CheckpointError) -> T {
    do {
      return try step()
    } catch {
      let code: CheckpointError.Code =
        switch error.code {
        case .duplicateKey: .duplicate
        case .limit: .limit
        default: .header
        }
      // The header is one line: its column says no more than the byte.
      throw CheckpointError(
        code, "header: \(error.message)",
        at: Place(byteOffset: error.place.byteOffset, tensor: tensor.map(ShardIndex.visible)),
        cause: error)
    }
  }

  private static func nextName(_ reader: inout JSONReader) throws(CheckpointError) -> String? {
    try lift { () throws(DocumentError) in try reader.nextKey() }
  }

  private static func metadata(_ reader: inout JSONReader) throws(DocumentError) -> Metadata {
    var result = Metadata()
    try reader.beginObject()
    while let key = try reader.nextKey() {
      guard try reader.peekKind() == .string else {
        throw reader.failure(
          .type,
          "expected the value of '\(ShardIndex.visible(key))' in \(Safetensors.metadataKey) to be "
            + "a string, found \(try reader.peekKind().phrase)")
      }
      guard result.updateValue(.string(try reader.readString()), forKey: key) == nil else {
        throw reader.failure(
          .duplicateKey, "two keys '\(ShardIndex.visible(key))' differ only in normalisation")
      }
    }
    return result
  }

  private static func entry(_ reader: inout JSONReader) throws(DocumentError) -> Entry {
    var entry = Entry()
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "dtype": entry.dtype = try reader.readString()
      case "shape":
        var shape: [Int] = []
        try reader.beginArray()
        while try reader.nextElement() {
          guard shape.count < Safetensors.maxRank else {
            throw reader.failure(
              .limit, "the shape has more than the limit of \(Safetensors.maxRank) axes")
          }
          let axis = try reader.readInt()
          guard axis >= 0 else {
            throw reader.failure(.number, "the shape has the negative axis \(axis)")
          }
          shape.append(axis)
        }
        entry.shape = shape
      case "data_offsets":
        try reader.beginArray()
        var count = 0
        while try reader.nextElement() {
          let offset = try reader.readUInt64()
          if count == 0 { entry.begin = offset } else { entry.end = offset }
          count += 1
        }
        guard count == 2 else {
          throw reader.failure(.type, "expected two data_offsets, found \(count)")
        }
      default: break
      }
    }
    return entry
  }

  /// Checks an entry by itself and adds it.
  private mutating func add(_ name: String, _ entry: Entry) throws(CheckpointError) {
    guard let dtype = entry.dtype, let axes = entry.shape, let begin = entry.begin,
      let end = entry.end
    else {
      let missing =
        entry.dtype == nil ? "dtype" : entry.shape == nil ? "shape" : "data_offsets"
      throw CheckpointError(.header, "the tensor's entry has no '\(missing)'")
    }
    if !name.utf8.allSatisfy({ $0 < 0x80 }), !unusualNames.insert(name).inserted {
      throw CheckpointError(
        .duplicate, "another tensor's name differs only in its Unicode normalisation")
    }
    guard begin <= end else {
      throw CheckpointError(.layout, "data_offsets [\(begin), \(end)] run backwards")
    }
    guard end <= dataByteCount else {
      throw CheckpointError(
        .layout,
        "data_offsets [\(begin), \(end)] lie outside the file, which has \(dataByteCount) bytes of data"
      )
    }
    let encoding = try encoding(dtype)
    let shape = shape(axes)
    let byteCount = try Self.byteCount(encoding, shape, dtype)
    guard UInt64(byteCount) == end - begin else {
      throw CheckpointError(
        .tensor,
        "\(dtype) \(shape) takes \(byteCount) bytes, but data_offsets [\(begin), \(end)] hold "
          + "\(end - begin)")
    }
    let spec = TensorSpec(
      name: name, encoding: encoding, shape: shape, byteCount: byteCount,
      fileOffset: dataStart + begin)
    if let last = tensors.last,
      (spec.fileOffset, spec.byteCount) < (last.fileOffset, last.byteCount)
    {
      isInOrder = false
    }
    tensors.append(spec)
  }

  private mutating func encoding(_ word: String) throws(CheckpointError) -> Encoding {
    if let known = encodings[word] { return known }
    guard let type = ScalarType.find(Safetensors.idSpace, .word(word)) else {
      throw CheckpointError(
        .unsupported,
        "unknown dtype '\(ShardIndex.visible(word))'; supported are \(Safetensors.words)")
    }
    let encoding = Encoding(type)
    encodings[word] = encoding
    return encoding
  }

  private mutating func shape(_ axes: [Int]) -> Shape {
    if let known = shapes[axes] { return known }
    let shape = Shape(axes)
    if shapes.count < 1024 { shapes[axes] = shape }
    return shape
  }

  private static func byteCount(
    _ encoding: Encoding, _ shape: Shape, _ word: String
  ) throws(CheckpointError) -> Int {
    if let count = encoding.byteCount(shape) { return count }
    guard let elements = shape.elementCount else {
      throw CheckpointError(.tensor, "the number of elements of shape \(shape) exceeds 63 bits")
    }
    if elements.multipliedReportingOverflow(by: encoding.blockBits).overflow {
      throw CheckpointError(.tensor, "the size of \(word) \(shape) exceeds 63 bits")
    }
    throw CheckpointError(
      .tensor,
      "\(elements) elements of \(word), \(encoding.blockBits) bits each, do not fill whole bytes")
  }

  /// Requires that the tensors cover the data from first to last byte, each byte once.
  private func checkCover() throws(CheckpointError) {
    var position = dataStart
    var previous: String?
    for tensor in tensors {
      if tensor.fileOffset != position {
        throw Self.gap(before: tensor, expected: position, previous: previous)
      }
      position += UInt64(tensor.byteCount)
      previous = tensor.name
    }
    let end = dataStart + dataByteCount
    guard position == end else {
      throw CheckpointError(
        .layout, "\(end - position) bytes after the last tensor belong to no tensor",
        at: Place(byteOffset: position))
    }
  }

  /// The error of a tensor that does not begin where the one before it ends.
  private static func gap(
    before tensor: TensorSpec, expected: UInt64, previous: String?
  ) -> CheckpointError {
    let message =
      tensor.fileOffset > expected
      ? "\(tensor.fileOffset - expected) bytes before the tensor belong to no tensor"
      : "the tensor overlaps '\(ShardIndex.visible(previous ?? ""))' by "
        + "\(expected - tensor.fileOffset) bytes"
    return CheckpointError(
      .layout, message,
      at: Place(byteOffset: tensor.fileOffset, tensor: ShardIndex.visible(tensor.name)))
  }
}
