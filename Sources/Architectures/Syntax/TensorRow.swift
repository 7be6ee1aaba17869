public import Tensors

/// A row of `tensors`.
public struct TensorRow: Sendable {
  /// Name, unique in its group.
  public let name: String
  /// Index of its group, nil outside groups.
  public let group: Int?
  /// Canonical shape.
  public let shape: [Formula]
  /// Names in each dialect, prefix of the group included; a dialect that is missing has none.
  public let names: [Dialect: NamePattern]
  /// Only the header decides whether it exists.
  public let isOptional: Bool
  /// The encoding that it keeps whatever float type is asked for, if it is stored so.
  public let kept: Encoding?
  /// When it exists.
  public let condition: Formula?
  /// The tensor that it is when a condition holds.
  public let sameAs: Same?
  /// The call that computes it where a source lacks it.
  public let derived: Formula?
  /// Its bias.
  public let bias: Bias?
  /// Where the row stands.
  public let location: SourceLocation

  /// `or T if C`.
  public struct Same: Sendable {
    /// The other tensor.
    public let tensor: String
    /// When; always without one.
    public let condition: Formula?
    /// Where the name stands.
    public let location: SourceLocation
  }

  /// `bias [names] [if C]`.
  public struct Bias: Sendable {
    /// Names in each dialect.
    public let names: [Dialect: NamePattern]
    /// When it exists.
    public let condition: Formula?
    /// Where the clause stands.
    public let location: SourceLocation
  }
}

/// A member of a row: the weight itself or its bias.
public enum TensorMember: String, Hashable, Sendable, CaseIterable {
  /// The tensor of the row.
  case weight
  /// Its bias.
  case bias
}

/// `repeat NAME.* times COUNT`.
public struct TensorGroup: Hashable, Sendable {
  /// First part of the canonical names.
  public let name: String
  /// The hyper-parameter that counts.
  public let count: String
  /// Where it stands.
  public let location: SourceLocation
}

/// A line of `layout DIALECT`.
public struct LayoutLine: Sendable {
  /// The tensors it speaks of.
  public let tensors: [Reference]
  /// The steps from canonical.
  public let steps: [Step]
  /// Where it stands.
  public let location: SourceLocation

  /// A tensor by name.
  public struct Reference: Hashable, Sendable {
    /// The row's name, with its group's where that is needed.
    public let name: String
    /// Where it stands.
    public let location: SourceLocation
  }

  /// A step whose arguments are expressions.
  public struct Step: Sendable {
    /// The step's word.
    public let name: String
    /// Its arguments.
    public let arguments: [Formula]
    /// When it is taken.
    public let condition: Formula?
    /// Where it stands.
    public let location: SourceLocation
  }
}

/// `omit PATTERN`: tensors that a checkpoint may hold and the model does not need.
public struct Omission: Sendable {
  /// Their names: `*` is one segment, `**` the rest.
  public let pattern: NamePattern
  /// When; the first `*` is `layer`.
  public let condition: Formula?
  /// Why they are not needed.
  public let reason: String
  /// Where it stands.
  public let location: SourceLocation
}

/// A line of `limits`.
public struct Limit: Sendable {
  /// What a line says.
  public enum Kind: Hashable, Sendable {
    /// What must hold for every model of the file.
    case require
    /// What the dialect cannot express.
    case cannot(Dialect)
    /// Where the dialect's model differs beyond a stated use only.
    case differs(Dialect)
  }
  /// What it says.
  public let kind: Kind
  /// When; for `require`, what must hold.
  public let condition: Formula
  /// What users read.
  public let message: String
  /// A value that is printed behind the message.
  public let at: Formula?
  /// Where it stands.
  public let location: SourceLocation
}
