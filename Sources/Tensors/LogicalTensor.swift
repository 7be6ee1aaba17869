/// A tensor as its model means it: one name and shape, in one or several physical parts.
public struct LogicalTensor: Hashable, Sendable {
  /// Name in its kind's dialect.
  public var name: String
  /// Axis lengths in elements, outermost first.
  public var shape: Shape
  /// What it is.
  public var kind: TensorKind
  /// The physical tensors its encoding consists of: one for scalars and blocks, several for
  /// packings (`qweight`, `qzeros`, `scales`, `g_idx`).
  public var parts: [Part]

  /// A physical tensor and its role in the encoding.
  public struct Part: Hashable, Sendable {
    /// Role in the encoding: `data` where there is only one part.
    public var role: String
    /// The physical tensor.
    public var spec: TensorSpec

    /// A part in its role.
    public init(role: String = "data", spec: TensorSpec) {
      self.role = role
      self.spec = spec
    }
  }

  /// A logical tensor of those parts.
  public init(name: String, shape: Shape, kind: TensorKind, parts: [Part]) {
    self.name = name
    self.shape = shape
    self.kind = kind
    self.parts = parts
  }
}
