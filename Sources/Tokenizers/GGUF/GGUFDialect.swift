/// Whose way of splitting text a GGUF stands for.
///
/// The keys were made for llama.cpp, which leaves out normalizers and adapts expressions; the model
/// was trained with the ids of the tokenizer that the keys were made of.
public enum GGUFDialect: String, Hashable, Sendable, CaseIterable {
  /// The tokenizer that the keys were made of, as far as they tell.
  case original
  /// llama.cpp, with what it leaves out and adapts.
  case llamaCpp = "llama.cpp"
}
