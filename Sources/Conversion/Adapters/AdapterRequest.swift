public import Failures

/// An adapter that is to be merged into the weights.
public struct AdapterRequest: Hashable, Sendable {
  /// A folder of PEFT or a GGUF.
  public var path: String
  /// What the adapter's own scale is multiplied with.
  public var scale: Double

  /// An adapter with its scale.
  public init(path: String, scale: Double = 1) {
    self.path = path
    self.scale = scale
  }

  /// Reads `ADAPTER` or `ADAPTER=SCALE`; what stands behind the last `=` is a scale if it is a number.
  ///
  /// - Throws: `.options` for an empty path and for a scale that is not finite.
  public init(_ text: String) throws(ConversionError) {
    var path = text[...]
    var scale = 1.0
    if let sign = text.lastIndex(of: "="),
      let number = Double(text[text.index(after: sign)...])
    {
      path = text[..<sign]
      scale = number
    }
    guard !path.isEmpty, scale.isFinite else {
      throw ConversionError(
        .options, "--merge-lora '\(text)' is not of the form ADAPTER or ADAPTER=SCALE")
    }
    self.init(path: String(path), scale: scale)
  }
}

/// An adapter that a plan merges.
public struct PlannedAdapter: Hashable, Sendable {
  /// The path as the user gave it.
  public var path: String
  /// What the adapter's own scale is multiplied with.
  public var scale: Double
  /// Tensors of the source that get a product of matrices.
  public var updated: Int
  /// Tensors of the source that are replaced.
  public var replaced: Int
}
