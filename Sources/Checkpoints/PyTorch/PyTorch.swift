public import ByteIO
public import Failures
public import Tensors

/// PyTorch's checkpoints: `pytorch_model.bin`, `.pt`, `.pth` as torch.save writes them.
public enum PyTorch: FileFormat {
  /// `pytorch`.
  public static let id = "pytorch"
  /// One line for `lathe formats`.
  public static let summary = "PyTorch checkpoint: zip with a pickle; the legacy layout is read"
  /// `pytorch_model.bin`, `model.pt`, `model.pth`.
  public static let extensions = ["bin", "pt", "pth"]
  /// The index that Transformers writes beside shards.
  public static let indexName: String? = "pytorch_model.bin.index.json"
  /// The one file of an unsharded folder.
  public static let folderName: String? = "pytorch_model.bin"
  /// A pickle of tensors has no header.
  public static let headerValues = HeaderValues.none
  /// Storage class names.
  public static let idSpace = IDSpace.torchStorage
  /// Transformers' names.
  public static let dialect: Dialect? = .huggingface

  /// A zip, a pickle or the oldest tar layout under one of the format's endings; torch's own
  /// legacy magic number under any name.
  public static func recognises(path: String, head: [UInt8]) -> Bool {
    if path.hasSuffix(".index.json") {
      return extensions.contains { path.hasSuffix(".\($0).index.json") }
    }
    if head.starts(with: TorchSignature.legacy) { return true }
    guard extensions.contains(where: { path.hasSuffix("." + $0) }) else { return false }
    return head.starts(with: TorchSignature.zip) || head.starts(with: TorchSignature.emptyZip)
      || TorchSignature.isPickle(head) || TorchSignature.isTar(head)
  }

  /// Opens a file or an index.
  public static func open(
    _ path: String, pool: FilePool
  ) throws(CheckpointError) -> any CheckpointReader {
    guard path.hasSuffix(".index.json") else { return try PyTorchReader(path, pool: pool) }
    return try ShardedReader.open(indexPath: path, format: Self.self, pool: pool) {
      (shard) throws(CheckpointError) in try PyTorchReader(shard, pool: pool)
    }
  }

  /// Whether torch has a dtype for it.
  public static func canHold(_ encoding: Encoding) -> Bool {
    guard let type = encoding.scalarType else { return false }
    return type.bits % 8 == 0 && type.ids[.torchDType] != nil
  }
}
