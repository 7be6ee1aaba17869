public import Tensors

/// A chain of stages from one encoding to another, with the class of the whole path.
public struct Route: Hashable, Sendable {
  /// One link: a stage and what it makes.
  public struct Link: Hashable, Sendable {
    /// The stage's id.
    public let stage: String
    /// The encoding it makes.
    public let target: Encoding
  }

  /// The encoding it begins with, as in the source's file.
  public let origin: Encoding
  /// The links in order; none if the bytes are copied.
  public let links: [Link]
  /// How faithful the whole path is.
  public let fidelity: Fidelity

  /// The encoding it ends with.
  public var target: Encoding { links.last?.target ?? origin }
}
