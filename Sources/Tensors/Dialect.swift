/// Whose names a tensor bears, and whose conventions its layout follows.
public struct Dialect: Hashable, Sendable, CustomStringConvertible {
  /// The dialect's name, as `.arch` files write it.
  public let name: String
  /// A dialect of that name.
  public init(_ name: String) { self.name = name }
  /// The name.
  public var description: String { name }

  /// Names and layouts of Transformers' checkpoints.
  public static let huggingface = Dialect("huggingface")
  /// Names and layouts of llama.cpp's GGUF files.
  public static let gguf = Dialect("gguf")
  /// What a forward graph wants: the form against which each dialect is described.
  public static let canonical = Dialect("canonical")
}
