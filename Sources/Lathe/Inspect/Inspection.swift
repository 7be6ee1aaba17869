internal import Checkpoints
public import Conversion
public import Documents
internal import ByteIO
internal import Failures
public import Tensors

/// What a checkpoint holds: format, metadata, tensors, sizes, and statistics if asked for.
public struct Inspection: Sendable {
  /// What to look at.
  public struct Options: Sendable {
    /// Glob patterns: only tensors whose name matches one are listed; empty means all.
    public var filters: [String] = []
    /// Whether to read every listed tensor for its statistics.
    public var statistics = false
    /// Whether to describe the physical file alone: no index, no other files of a split.
    public var physical = false
    /// Threads for statistics.
    public var threads = 1
    /// The defaults.
    public init() {}
  }

  /// A tensor with its statistics, if they were asked for.
  public struct Entry: Sendable {
    /// The tensor as the file holds it.
    public var spec: TensorSpec
    /// Its statistics; nil if not asked for or not numeric.
    public var statistics: TensorStatistics?
  }

  /// Path as the user gave it.
  public var path: String
  /// The format's id.
  public var format: String
  /// Facts of the container.
  public var facts: [(name: String, value: String)]
  /// Paths of the files with their sizes.
  public var files: [(path: String, byteCount: UInt64)]
  /// Keys and values.
  public var metadata: Metadata
  /// The model's class or architecture, as far as it says.
  public var architecture: String?
  /// The tensors that pass the filters, in file order.
  public var tensors: [Entry]
  /// What is odd about the files.
  public var warnings: [String]

  /// Inspects a file, folder, index file or split.
  public init(_ path: String, options: Options = Options()) throws(ConversionError) {
    let source = try SourceCheckpoint(path, physical: options.physical)
    let reader = source.reader
    self.path = path
    format = reader.format.id
    facts = reader.containerFacts
    files = reader.files.map { ($0, FileIdentity.of($0)?.size ?? 0) }
    metadata = reader.metadata
    architecture =
      source.config?["architectures"]?.array?.first?.string
      ?? reader.metadata["general.architecture"]?.string
    warnings = reader.warnings
    let patterns = options.filters.map(Glob.init)
    var entries: [Entry] = []
    for (index, spec) in reader.tensors.enumerated() {
      guard patterns.isEmpty || patterns.contains(where: { $0.matches(spec.name) }) else {
        continue
      }
      let statistics =
        options.statistics
        ? try TensorStatistics.of(tensor: index, in: source, threads: options.threads) : nil
      entries.append(Entry(spec: spec, statistics: statistics))
    }
    tensors = entries
  }

  /// Elements of all listed tensors.
  public var elementCount: Int { tensors.reduce(0) { $0 &+ ($1.spec.shape.elementCount ?? 0) } }
  /// Bytes of all listed tensors.
  public var byteCount: Int { tensors.reduce(0) { $0 &+ $1.spec.byteCount } }

  /// Tensors, elements and bytes by encoding, the largest first.
  public var byEncoding: [(encoding: Encoding, tensors: Int, elements: Int, bytes: Int)] {
    var sums: [Encoding: (tensors: Int, elements: Int, bytes: Int)] = [:]
    for entry in tensors {
      var sum = sums[entry.spec.encoding] ?? (0, 0, 0)
      sum.tensors += 1
      sum.elements &+= entry.spec.shape.elementCount ?? 0
      sum.bytes &+= entry.spec.byteCount
      sums[entry.spec.encoding] = sum
    }
    return sums.map { ($0.key, $0.value.tensors, $0.value.elements, $0.value.bytes) }
      .sorted { ($1.3, $0.0.name) < ($0.3, $1.0.name) }
  }
}
