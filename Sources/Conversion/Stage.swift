public import Failures
public import Tensors

/// A transformation of tensor data: declares edges between encodings and runs tiles along them.
///
/// One file each under Stages/, one line in `Stage+Registry.swift`. Dialect and layout are fixed by
/// source and target and are not a stage's business.
public protocol Stage: Sendable {
  /// Stable name; part of the cost order and of plans.
  var id: String { get }
  /// What a tile must consist of.
  var granularity: Granularity { get }
  /// The encodings that this stage makes of `source`, for a tensor of that shape.
  func edges(from source: Encoding, of shape: Shape) -> [Edge]
  /// What the stage wants beside a tensor's own data when it makes `target`.
  func companions(for target: Encoding) -> [Companion]
  /// Converts a tile. Buffers belong to the executor and have the sizes that the encodings imply.
  func run(_ input: TileInput, into output: inout TileOutput) throws(ConversionError)
}

extension Stage {
  /// Nothing.
  public func companions(for target: Encoding) -> [Companion] { [] }
}

/// Data that a stage wants beside the tensor's own.
public enum Companion: Hashable, Sendable {
  /// Importance of each column: `[matrices, columns]` f32, in the order of the tensor's matrices.
  case importance(isNeeded: Bool)
}

/// What a stage's tiles must consist of.
public enum Granularity: Hashable, Sendable {
  /// Any run of elements whose count divides by this.
  case elements(multipleOf: Int)
  /// Whole rows, a multiple of this many.
  case rows(multipleOf: Int)
  /// The whole tensor, with that much memory beside its tile.
  case wholeTensor(bytes: Int)
}

/// An edge between two encodings, offered by a stage.
public struct Edge: Hashable, Sendable {
  /// The encoding that the edge leads to.
  public let target: Encoding
  /// Whether decode(output) equals decode(input) for every input.
  public let isExact: Bool
  /// An edge to an encoding.
  public init(target: Encoding, isExact: Bool) {
    self.target = target
    self.isExact = isExact
  }
}

/// Source side of a tile: a run of consecutive elements of the target tensor.
public struct TileInput {
  /// The target tensor's name, for messages.
  public let tensor: String
  /// How the input is stored.
  public let encoding: Encoding
  /// Index of the tile's first element within the tensor.
  public let firstElement: Int
  /// Elements of the tile; whole rows unless the stage's granularity is elements.
  public let elementCount: Int
  /// Elements of a row of the tensor.
  public let columns: Int
  /// Rows of each matrix of a stack; all rows of a tensor of two axes.
  public var matrixRows = Int.max
  /// The bytes of each part of the encoding.
  public let parts: [UnsafeRawBufferPointer]
  /// Importance of the columns, one row for each matrix that the tile touches; nil if there is none.
  public var importance: [Float]?
  /// Whether finite values beyond the target's range are clamped instead of refused.
  public let saturate: Bool
}

/// Target side of a tile.
public struct TileOutput {
  /// How the output is to be stored.
  public let encoding: Encoding
  /// Room for the bytes of each part of the encoding.
  public let parts: [UnsafeMutableRawBufferPointer]
  /// Count of nonzero values that became zero, added to by the stage.
  public var underflows: Int = 0
}

extension TileInput {
  /// The error for a value that the target cannot hold.
  ///
  /// - Parameters:
  ///   - element: index within the tile.
  ///   - clamps: whether the stage can clamp finite values instead.
  func unrepresentable(
    _ element: Int, value: Float, in target: Encoding, clamps: Bool = true
  ) -> ConversionError {
    let index = firstElement + element
    let (row, column) = columns == 0 ? (0, index) : index.quotientAndRemainder(dividingBy: columns)
    let hint = value.isFinite && clamps ? "; --saturate clamps finite values" : ""
    return ConversionError(
      .value, "\(target) cannot hold the value \(value) at row \(row), column \(column)\(hint)",
      at: Place(tensor: tensor))
  }

  /// Calls `body` with the importance of a matrix's columns: the how-many-eth that the tile touches.
  func withImportance<Result>(
    ofMatrix matrix: Int, _ body: (UnsafeBufferPointer<Float>?) -> Result
  ) -> Result {
    guard let importance, importance.count >= (matrix + 1) * columns else { return body(nil) }
    return importance.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[matrix * columns..<(matrix + 1) * columns]))
    }
  }
}
