internal import Checkpoints
public import Failures
internal import Quantization
public import Tensors

/// How the encodings of the output's tensors are chosen.
public enum TypeChoice: Hashable, Sendable {
  /// Each tensor keeps its encoding where the target holds it, else an exact one is found.
  case source
  /// One encoding wherever it fits.
  case encoding(Encoding)

  /// The choice of that name.
  ///
  /// - Throws: `.options`, listing the types.
  public init(_ name: String) throws(ConversionError) {
    if name.lowercased() == "source" {
      self = .source
      return
    }
    guard let encoding = Encoding.named(name) else {
      throw ConversionError(
        .options,
        "unknown type '\(name)'; supported: source "
          + Self.writable.map(\.name).joined(separator: " "))
    }
    guard Self.writable.contains(encoding) else {
      throw ConversionError(
        .noRoute,
        "no stage makes the type \(encoding) yet; supported: source "
          + Self.writable.map(\.name).joined(separator: " "))
    }
    self = .encoding(encoding)
  }

  /// The encodings that some stage makes.
  public static var writable: [Encoding] {
    let scalars = ScalarType.all.map(Encoding.init)
    let blocks = QuantType.all.filter(\.isEncoded).map(\.encoding)
    let shape = Shape([1, 256])
    let f32 = Encoding(.f32)
    let reachable = Set(
      Stages.all.flatMap { stage in stage.edges(from: f32, of: shape).map(\.target) } + [f32])
    return (scalars + blocks).filter(reachable.contains)
  }
}
