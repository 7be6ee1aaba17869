public import Tensors

extension Recipe {
  /// A recipe that gives every listed tensor exactly this type.
  ///
  /// Parsed and applied to the same tensors it decides the same; tensors that are not listed get
  /// the base type where they may be quantized.
  ///
  /// - Parameters:
  ///   - name: the recipe's name; blanks are no part of it.
  ///   - base: the base type, mostly the one that most tensors have.
  ///   - fileType: `general.file_type`; nil for that of the base type.
  ///   - comments: lines to stand above it.
  ///   - tensors: names in GGUF, and what becomes of them.
  public static func text(
    name: String, base: Encoding, fileType: Int? = nil, comments: [String] = [],
    tensors: some Sequence<(name: String, choice: RecipeChoice)>
  ) -> String {
    var text = ""
    for comment in comments {
      for line in comment.split(separator: "\n", omittingEmptySubsequences: false) {
        let shown = line.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }
        text += "#\(line.isEmpty ? "" : " ")"
        text.unicodeScalars.append(contentsOf: shown)
        text += "\n"
      }
    }
    let word = name.unicodeScalars.map { $0.isNamePart || $0 == "." || $0 == "-" ? $0 : "_" }
    text += "recipe \(word.isEmpty ? "unnamed" : String(String.UnicodeScalarView(word))) 1\n"
    if let fileType { text += "  file_type \(fileType)\n" }
    text += "  type \(base.name)\n  include common\n\ntensors\n"
    for tensor in tensors { text += "  \(RecipeString.quoted(tensor.name)) \(tensor.choice)\n" }
    return text
  }
}
