public import Tensors

/// A tensor of one model in the form that its graph wants.
public struct CanonicalTensor: Hashable, Sendable {
  /// `embedding`, `block.3.attn_q`.
  public let name: String
  /// The weight, or its bias.
  public let member: TensorMember
  /// Canonical shape.
  public let shape: Shape
  /// Its row in the description.
  public let row: Int
  /// Its layer, nil outside groups.
  public let layer: Int?
  /// The names with `.bias` behind those of biases.
  public var fullName: String { member == .bias ? name + ".bias" : name }
}

/// A tensor as a dialect stores it.
public struct StoredTensor: Hashable, Sendable {
  /// Name in the dialect; in the source's own, as the source spells it.
  public let name: String
  /// Stored shape.
  public let shape: Shape
  /// Parts and steps.
  ///
  /// A part's `tensor` is an index into the model's tensors.
  public let layout: StoredLayout
  /// Values computed from hyper-parameters, where the source lacks the tensor.
  public let derived: [Float]?

  /// The canonical names inside, by which recipes know what is stored.
  public func canonicalNames(in model: Model) -> [String] {
    layout.parts.map { model.tensors[$0.tensor].fullName }
  }
}

/// A tensor that a dialect does not hold.
public struct LostTensor: Hashable, Sendable {
  /// The source's name.
  public let name: String
  /// Why it is lost.
  public let reason: String
}

/// A copy of a tied tensor in the source, which must equal the tensor that it is tied to.
public struct TensorCopy: Hashable, Sendable {
  /// The source's name of the copy.
  public let name: String
  /// The source's name of the tensor that counts.
  public let original: String
}

/// A violated line of `limits`.
public struct LimitNotice: Hashable, Sendable {
  /// What the dialect cannot express (a conversion must be forced), else what merely differs.
  public let isLossy: Bool
  /// The sentence for users.
  public let message: String
  /// Where the line stands.
  public let location: SourceLocation
}
