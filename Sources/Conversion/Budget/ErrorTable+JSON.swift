internal import ByteIO
internal import Documents
internal import Failures
internal import Tensors

extension ErrorTable {
  /// Most bytes of a file of errors.
  private static let fileLimit = 256 << 20
  private static let kind = "lathe error table"

  /// The table as a document; numbers read back bit for bit.
  var json: JSONValue {
    .object([
      "kind": .string(Self.kind), "version": .int(Self.version),
      "sample_weights": .int(sampleWeights), "files": .array(files.map { .int($0) }),
      "importance": importance.map(JSONValue.string) ?? .null,
      "tensors": .array(entries.map(Self.json)),
    ])
  }

  private static func json(_ entry: Entry) -> JSONValue {
    var errors = JSONValue.object([:])
    for (type, sums) in entry.errors.sorted(by: { $0.key < $1.key }) { errors[type] = pair(sums) }
    var refused = JSONValue.object([:])
    for (type, reason) in entry.refused.sorted(by: { $0.key < $1.key }) {
      refused[type] = .string(reason)
    }
    return .object([
      "name": .string(entry.name), "shape": .array(entry.shape.axes.map { .int($0) }),
      "encoding": .string(entry.encoding.name), "sampled": .int(entry.sampled),
      "energy": pair(entry.energy), "errors": errors, "refused": refused,
    ])
  }

  /// Weighted and plain.
  private static func pair(_ sums: Sums) -> JSONValue {
    .array([.double(sums.weighted), .double(sums.plain)])
  }

  // MARK: Reading

  /// Reads a file.
  ///
  /// - Throws: `.below` for a file that is no JSON, `.errorTable` for one that is no table of this
  ///   version.
  init(path: String) throws(ConversionError) {
    let bytes = try passing { () throws(ByteIOError) in
      try RandomAccessFile(path).readAll(limit: Self.fileLimit)
    }
    let document = try passing(at: Place(file: path)) { () throws(DocumentError) in
      try JSONValue.parse(bytes)
    }
    try self.init(document, path: path)
  }

  init(_ document: JSONValue, path: String) throws(ConversionError) {
    let place = Place(file: path)
    guard document["kind"]?.string == Self.kind else {
      throw ConversionError(
        .errorTable, "expected an error table, found no \"kind\": \"\(Self.kind)\"", at: place)
    }
    guard document["version"]?.int == Self.version else {
      throw ConversionError(
        .errorTable,
        "the error table is of version \(document["version"]?.int.map(String.init) ?? "?"); "
          + "supported: \(Self.version)", at: place)
    }
    guard let sample = document["sample_weights"]?.int, let files = document["files"]?.array,
      let tensors = document["tensors"]?.array, let importance = document["importance"],
      importance.isNull || importance.string != nil
    else {
      throw ConversionError(
        .errorTable,
        "expected a number sample_weights, lists files and tensors, and importance", at: place)
    }
    sampleWeights = sample
    self.importance = importance.string
    self.files = []
    for file in files {
      guard let size = file.int, size >= 0 else {
        throw ConversionError(.errorTable, "files is to list sizes in bytes", at: place)
      }
      self.files.append(UInt64(size))
    }
    entries = []
    for (number, tensor) in tensors.enumerated() {
      guard let entry = Self.entry(tensor) else {
        throw ConversionError(
          .errorTable,
          "tensor \(number) of the list lacks a name, shape, known encoding, sampled, energy, "
            + "errors or refused, or has a number that is negative or not finite", at: place)
      }
      entries.append(entry)
    }
  }

  private static func entry(_ json: JSONValue) -> Entry? {
    guard let name = json["name"]?.string, let axes = json["shape"]?.array,
      let encoding = json["encoding"]?.string.flatMap(Encoding.named),
      let sampled = json["sampled"]?.int, sampled >= 0,
      let energy = json["energy"].flatMap(sums), let errors = json["errors"]?.object,
      let refused = json["refused"]?.object
    else { return nil }
    let lengths = axes.compactMap(\.int)
    let costs = errors.compactMap { type, value in sums(value).map { (type, $0) } }
    let reasons = refused.compactMap { type, value in value.string.map { (type, $0) } }
    guard lengths.count == axes.count, lengths.allSatisfy({ $0 >= 0 }), costs.count == errors.count,
      reasons.count == refused.count
    else { return nil }
    return Entry(
      name: name, shape: Shape(lengths), encoding: encoding, sampled: sampled, energy: energy,
      errors: Dictionary(costs, uniquingKeysWith: { first, _ in first }),
      refused: Dictionary(reasons, uniquingKeysWith: { first, _ in first }))
  }

  private static func sums(_ json: JSONValue) -> Sums? {
    guard json.array?.count == 2, let weighted = json[0]?.double, let plain = json[1]?.double,
      weighted >= 0, plain >= 0
    else { return nil }
    return Sums(weighted: weighted, plain: plain)
  }
}
