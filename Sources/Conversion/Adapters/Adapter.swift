internal import ByteIO
internal import Checkpoints
internal import Documents
internal import Failures
internal import Tensors

/// An opened LoRA adapter: pairs of matrices for tensors of a model, and tensors trained along.
///
/// `W' = W + scale B A`, with A of [rank, in] and B of [out, rank].
struct Adapter: Sendable {
  /// The two matrices of one tensor.
  struct Pair: Sendable {
    /// The model's tensor, as the adapter names it: `model.layers.0.self_attn.q_proj.weight`.
    let target: String
    /// Index of A: [rank, in]; of an embedding [rank, rows].
    let a: Int
    /// Index of B: [out, rank]; of an embedding [columns, rank].
    let b: Int
    /// Index of the magnitudes of the rows: [out].
    let magnitude: Int?
    /// The columns of A are rows of the stored tensor, those of B its columns.
    let isEmbedding: Bool
    let rank: Int
    /// What the product is multiplied with.
    let scale: Double
  }

  /// A tensor of the model that the adapter replaces.
  struct Whole: Sendable {
    let target: String
    let tensor: Int
  }

  /// The path as the user gave it.
  let path: String
  let reader: any CheckpointReader
  /// Whose names the targets are.
  let dialect: Dialect
  /// In the order of the targets' names.
  let pairs: [Pair]
  /// In the order of the targets' names.
  let wholes: [Whole]
  /// Layers may store [in, out]; counts where the matrix is square.
  let isFanInFanOut: Bool
  /// `base_model_name_or_path`.
  let baseModel: String?
  /// Tokens behind which alone the adapter works.
  let invocationTokens: [UInt32]
  let warnings: [String]

  static let configurationName = "adapter_config.json"
  /// The name of PEFT's file of tensors, without its ending.
  static let fileStem = "adapter_model"
  /// The names that PEFT gives the file of tensors.
  static let fileNames = ["safetensors", "bin"].map { "\(fileStem).\($0)" }

  /// Whether a folder is one that PEFT writes.
  static func isFolder(_ path: String) -> Bool {
    FileIdentity.of(Paths.join(path, configurationName))?.isRegular == true
      && fileName(in: path) != nil
  }

  /// The file of tensors in a folder.
  static func fileName(in folder: String) -> String? {
    fileNames.first { FileIdentity.of(Paths.join(folder, $0))?.isRegular == true }
  }

  /// Opens a folder of PEFT, or a GGUF that holds an adapter.
  init(_ path: String, pool: FilePool) throws(ConversionError) {
    guard let identity = FileIdentity.of(path) else {
      throw ConversionError(.source, "no such adapter", at: Place(file: path))
    }
    if identity.isFolder {
      guard let name = Self.fileName(in: path) else {
        throw ConversionError(
          .source, "no adapter in the folder; looked for " + Self.fileNames.joined(separator: " "),
          at: Place(file: path))
      }
      let file = Paths.join(path, name)
      let format = try SourceCheckpoint.format(of: file, pool: pool)
      let reader = try passing { () throws(CheckpointError) in
        try format.open(file, pool: pool)
      }
      try self.init(peft: path, reader, pool)
      return
    }
    let format = try SourceCheckpoint.format(of: path, pool: pool)
    guard format.dialect == .gguf else {
      throw ConversionError(
        .adapter, "an adapter is a folder with \(Self.configurationName), or a GGUF",
        at: Place(file: path))
    }
    let reader = try passing { () throws(CheckpointError) in try format.open(path, pool: pool) }
    try self.init(gguf: path, reader)
  }

  init(
    path: String, reader: any CheckpointReader, dialect: Dialect, pairs: [Pair], wholes: [Whole],
    isFanInFanOut: Bool = false, baseModel: String? = nil, invocationTokens: [UInt32] = [],
    warnings: [String] = []
  ) throws(ConversionError) {
    self.path = path
    self.reader = reader
    self.dialect = dialect
    self.pairs = pairs.sorted { $0.target < $1.target }
    self.wholes = wholes.sorted { $0.target < $1.target }
    self.isFanInFanOut = isFanInFanOut
    self.baseModel = baseModel
    self.invocationTokens = invocationTokens
    self.warnings = warnings
    guard !pairs.isEmpty || !wholes.isEmpty else {
      throw ConversionError(.adapter, "the adapter has no tensors", at: Place(file: path))
    }
    for pair in self.pairs { try check(pair) }
  }

  /// Numbers of a pair: rows and columns of the product, as the module means them.
  func counts(of pair: Pair) -> (out: Int, in: Int) {
    let (a, b) = (reader.tensors[pair.a].shape, reader.tensors[pair.b].shape)
    return (b.axes[0], a.axes[1])
  }

  /// - Throws: `.adapter` unless both are matrices of numbers with one rank.
  private func check(_ pair: Pair) throws(ConversionError) {
    let (a, b) = (reader.tensors[pair.a], reader.tensors[pair.b])
    for matrix in [a, b] {
      guard matrix.shape.rank == 2 else {
        throw failure(
          "has the shape \(matrix.shape): matrices are supported, not convolutions and stacks",
          matrix, code: .adapterKind)
      }
      guard Numbers.canRead(matrix.encoding) else {
        throw failure("has the type \(matrix.encoding), which is no float", matrix)
      }
    }
    guard pair.rank > 0, a.shape.axes[0] == pair.rank else {
      throw failure("has the shape \(a.shape); the adapter's rank is \(pair.rank)", a)
    }
    guard b.shape.axes[1] == pair.rank else {
      throw failure("has the shape \(b.shape); the adapter's rank is \(pair.rank)", b)
    }
    if let index = pair.magnitude {
      let magnitude = reader.tensors[index]
      guard magnitude.shape.elementCount == b.shape.axes[0], Numbers.canRead(magnitude.encoding)
      else {
        throw failure(
          "has the shape \(magnitude.shape) and the type \(magnitude.encoding); one float for each "
            + "of \(b.shape.axes[0]) rows was expected", magnitude)
      }
    }
  }

  func failure(
    _ message: String, _ tensor: TensorSpec, code: ConversionError.Code = .adapter
  ) -> ConversionError {
    ConversionError(code, message, at: Place(file: path, tensor: tensor.name))
  }
}
