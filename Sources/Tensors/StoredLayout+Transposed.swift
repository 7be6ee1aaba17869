extension StoredLayout {
  /// Whether its rows are columns of the canonical tensor: a matrix stored as [in, out].
  public var isTransposed: Bool {
    steps.count { $0.name == Transpose.name } % 2 == 1 && !isBias
  }
}
