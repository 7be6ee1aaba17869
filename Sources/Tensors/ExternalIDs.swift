/// A namespace in which a file format numbers or names the kinds of data it can hold.
public struct IDSpace: Hashable, Sendable {
  /// The namespace's name.
  public let name: String
  /// A namespace of that name.
  public init(_ name: String) { self.name = name }

  /// ggml's tensor type numbers, as GGUF stores them.
  public static let gguf = IDSpace("gguf")
  /// The dtype words of a safetensors header.
  public static let safetensors = IDSpace("safetensors")
  /// The storage class names of a PyTorch pickle (`FloatStorage`).
  public static let torchStorage = IDSpace("torch-storage")
  /// The dtype words of Python (`float32` of `torch.float32`, `torch_dtype` of config.json).
  public static let torchDType = IDSpace("torch-dtype")
}

/// The name or number that a format gives to a member of a registry.
public enum ExternalID: Hashable, Sendable, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral
{
  /// A number.
  case number(Int)
  /// A word, compared exactly.
  case word(String)

  /// A number.
  public init(integerLiteral value: Int) { self = .number(value) }
  /// A word.
  public init(stringLiteral value: String) { self = .word(value) }
}
