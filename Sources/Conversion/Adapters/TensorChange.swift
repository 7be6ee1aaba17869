internal import Tensors

/// What adapters make of one tensor of the base model.
struct TensorChange: Sendable {
  /// A product of matrices that is added.
  struct Update: Sendable {
    /// Index among the adapters.
    let adapter: Int
    let pair: Adapter.Pair
    /// Rows of the stored tensor are columns of A: embeddings, and layers that store [in, out].
    let isTransposed: Bool
    /// The adapter's scale times the user's, rounded once.
    let scale: Float
  }

  /// How the tensor is stored in the base model.
  let stored: Encoding
  /// The adapter and its tensor that stand for the base model's.
  var replacement: (adapter: Int, tensor: Int)?
  /// In the order in which they are added.
  var updates: [Update] = []
  /// Nothing changes but the type: other parts of the same target tensor do.
  var isWidened = false

  /// Whether numbers differ from the base model's.
  var changesNumbers: Bool { replacement != nil || !updates.isEmpty }
}
