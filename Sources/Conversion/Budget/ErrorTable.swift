internal import Tensors

/// What every type does to every tensor that may be quantized, measured on a sample of its rows.
///
/// The error of a type is the sum of `w * (x - q)^2` over a tensor's weights x, with q what encoding
/// and decoding make of x. w is the importance of x's column, 1 where a tensor has none. With
/// importance, the mean square of a column's inputs, that sum is the squared error that the tensor
/// adds to its layer's output for one token, as far as columns are uncorrelated. These sums of all
/// tensors are added up as they are: a share of each tensor's own energy would count the same relative
/// loss of a small tensor as high as that of a large one, and every tensor's errors meet in one
/// residual stream.
struct ErrorTable: Sendable {
  /// Version of the file and of what the numbers mean.
  static let version = 1

  /// An error of a tensor, scaled from the sample to all of it.
  struct Sums: Hashable, Sendable {
    /// Weighted by importance.
    var weighted = 0.0
    /// Every weight counted once.
    var plain = 0.0
  }

  /// A tensor.
  struct Entry: Sendable {
    /// Name in the output.
    var name: String
    var shape: Shape
    /// How the source stores it.
    var encoding: Encoding
    /// Weights that were looked at.
    var sampled: Int
    /// The squares of the weights themselves.
    var energy: Sums
    /// What each type costs, by its name.
    var errors: [String: Sums]
    /// Types that cannot hold a value of the sample, by name, and why.
    var refused: [String: String]
  }

  /// Sizes of the source's files, in the order of the shards.
  var files: [UInt64]
  /// Hash of the importance that was used; nil if there was none.
  var importance: String?
  /// Weights that were looked at in each tensor that has more; a stack's matrices have a row each.
  var sampleWeights: Int
  /// The tensors, in the order of the output.
  var entries: [Entry]

  /// Weights that were looked at, of all tensors.
  var sampled: Int { entries.reduce(0) { $0 + $1.sampled } }
}
