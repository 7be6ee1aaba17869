public import Tensors

extension QuantType {
  /// A type that ggml had once and numbers no longer mean: files with it are not supported.
  public struct Removed: Hashable, Sendable {
    /// Name that ggml gave it.
    public let name: String
    /// What formats called it.
    public let ids: [IDSpace: ExternalID]
  }

  /// Every removed type, by number.
  public static let removed: [Removed] = [
    Removed(name: "q4_2", ids: [.gguf: 4]),
    Removed(name: "q4_3", ids: [.gguf: 5]),
    Removed(name: "q4_0_4_4", ids: [.gguf: 31]),
    Removed(name: "q4_0_4_8", ids: [.gguf: 32]),
    Removed(name: "q4_0_8_8", ids: [.gguf: 33]),
    Removed(name: "iq4_nl_4_4", ids: [.gguf: 36]),
    Removed(name: "iq4_nl_4_8", ids: [.gguf: 37]),
    Removed(name: "iq4_nl_8_8", ids: [.gguf: 38]),
  ]

  /// The removed type that `space` called `id`.
  public static func findRemoved(_ space: IDSpace, _ id: ExternalID) -> Removed? {
    removed.first { $0.ids[space] == id }
  }
}
