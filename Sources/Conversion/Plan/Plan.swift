public import Checkpoints
public import Documents
public import Tensors

/// What a request will do, complete before the first byte is written: a value that prints,
/// compares and is run by an executor that decides nothing.
public struct Plan: Sendable {
  /// One side of the request.
  public struct Side: Hashable, Sendable {
    /// Path as the user gave it.
    public var path: String
    /// The format's id.
    public var format: String
    /// Whose names the tensors bear.
    public var dialect: Dialect
    /// Whether it is a folder.
    public var isFolder: Bool
    /// Bytes of its tensor files.
    public var byteCount: UInt64
  }

  /// A source tensor that the output cannot carry.
  public struct LostTensor: Hashable, Sendable {
    /// Its name in the source.
    public var name: String
    /// Its shape.
    public var shape: Shape
    /// How it is stored.
    public var encoding: Encoding
    /// Why it is left out.
    public var reason: String
  }

  /// Two source tensors that must hold the same data, checked by the run before it writes.
  public struct EqualityCheck: Hashable, Sendable {
    /// Index of the tensor that is kept.
    public var kept: Int
    /// Index of the copy that is dropped.
    public var dropped: Int
  }

  /// A type that did not fit a tensor, and what replaces it.
  public struct Fallback: Hashable, Sendable {
    /// The tensor's name in the output.
    public var tensor: String
    /// The type asked for.
    public var wanted: Encoding
    /// The type used.
    public var used: Encoding
    /// Why.
    public var reason: String
  }

  /// What is read.
  public var source: Side
  /// What is written.
  public var target: Side
  /// The architecture that maps names, with the checkpoint's class; nil if names are kept.
  public var architecture: String?
  /// The ways of configuration, tokenizer and other documents.
  public var documents: [DocumentRoute]
  /// The output's tensors, in the order of the request.
  public var tensors: [PlannedTensor]
  /// The routes that tensors refer to.
  public var routes: [Route]
  /// The output's files, the index last.
  public var files: [PlannedFile]
  /// The output's header keys.
  public var metadata: Metadata
  /// Source tensors that are left out.
  public var lost: [LostTensor]
  /// Copies that must equal what is kept.
  public var checks: [EqualityCheck]
  /// Types that did not fit.
  public var fallbacks: [Fallback]
  /// Adapters that are merged into the weights, in this order.
  public var adapters: [PlannedAdapter]
  /// Where the importance of columns comes from; nil if there is none.
  public var importance: PlannedImportance?
  /// The recipe that chose the types; nil if one type was asked for, or none.
  public var recipe: String?
  /// The budget that chose the types; nil if there was none.
  public var budget: PlannedBudget?
  /// What the user should know.
  public var warnings: [String]
  /// Threads that the run uses.
  public var threads: Int
  /// Elements that a tile of converted data should have; a tile of copied data has as many times
  /// four bytes.
  public var tileElements: Int
  /// Bytes of tile buffers that the run takes, all threads together.
  public var bufferBytes: Int
  /// Bytes that adapters take beside the tiles.
  public var adapterBytes = 0

  /// Bytes that the output takes on the disk.
  public var outputBytes: UInt64 { files.reduce(0) { $0 &+ $1.size } }

  /// The worst class of all tensors.
  public var fidelity: Fidelity { tensors.map(\.fidelity).max() ?? .exact }
}

/// A tensor of the output.
public struct PlannedTensor: Sendable {
  /// Where its numbers come from.
  public enum Origin: Sendable {
    /// Rows of source tensors, through a map.
    case source(SourceMap)
    /// Numbers computed while planning, such as rope factors: f32, row-major.
    case values([Float])
  }

  /// Name in the output.
  public var name: String
  /// Axis lengths in elements, outermost first.
  public var shape: Shape
  /// How its numbers will be stored.
  public var encoding: Encoding
  /// Where its numbers come from.
  public var origin: Origin
  /// Index into the plan's routes.
  public var route: Int
  /// How faithful its numbers are: the route's class, exact where a probe of its values proved so, or
  /// changed by adapters.
  public var fidelity: Fidelity
  /// Bytes of its data.
  public var byteCount: Int
  /// Name of the entry that tells the importance of its columns; nil if none is used.
  public var importance: String?
  /// What chose its type: a line of the recipe, an option.
  public var reason: String?
  /// The steps between the source's layout and the output's, as text; nil if rows stay in order.
  public var layoutText: String?
}

/// Where the rows of an output tensor come from.
public struct SourceMap: Sendable {
  /// Indexes of the reader's tensors, by source of the chain.
  public var tensors: [Int]
  /// Which row of which source; nil if the one source's bytes are in order already.
  public var chain: LayoutChain?

  /// The whole of one tensor.
  public init(tensor: Int) {
    tensors = [tensor]
    chain = nil
  }

  /// Rows of source tensors through a chain, which a copy of one source does without.
  public init(tensors: [Int], chain: LayoutChain) {
    self.tensors = tensors
    self.chain = chain.isIdentity ? nil : chain
  }

  /// The encoding in which values change.
  static let mapped = Encoding(.f32)

  /// The encoding in which elements are moved: that of the source, but f32 where single elements of
  /// blocks, or of less than a byte, part from their neighbours.
  func movedEncoding(of origin: Encoding) -> Encoding {
    guard let chain, chain.transposes else { return origin }
    return origin.blockElements == 1 && origin.blockBits % 8 == 0 ? origin : Self.mapped
  }

  /// The encoding from which types are chosen: that in which elements are moved and values change.
  func workingEncoding(of origin: Encoding) -> Encoding {
    valueMaps.isEmpty ? movedEncoding(of: origin) : Self.mapped
  }

  /// How values change on the way, in order.
  var valueMaps: [ValueMap] { chain?.valueMaps ?? [] }
}

/// The way of a document: which stages lead from one kind to another.
public struct DocumentRoute: Hashable, Sendable {
  /// The kind it begins with: `tokenizer.json`.
  public var origin: String
  /// The kind it ends with: `gguf tokenizer keys`.
  public var target: String
  /// The stages' ids.
  public var stages: [String]
  /// What the stages guessed, filled in or left out.
  public var notes: [String]
}
