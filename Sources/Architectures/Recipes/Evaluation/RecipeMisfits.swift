internal import Failures
internal import Tensors

/// Tensors whose rows do not fill the blocks of their types: gathered, so that all are named at once.
struct RecipeMisfits {
  private var lines: [String] = []

  /// Why a type does not fit.
  static func reason(_ tensor: RecipeTensor, _ type: Encoding) -> String {
    "rows of \(tensor.shape.columns) elements do not fill blocks of \(type.blockElements)"
  }

  mutating func add(_ tensor: RecipeTensor, _ wanted: Encoding, replacement: Encoding?) {
    let what = replacement.map { "\($0) would be taken" } ?? "the recipe names no replacement"
    lines.append("tensor '\(tensor.name)': \(wanted): \(Self.reason(tensor, wanted)); \(what)")
  }

  /// One error for all of them.
  func errors() -> [ArchitectureError] {
    guard !lines.isEmpty else { return [] }
    let head = lines.count == 1 ? "a tensor does" : "\(lines.count) tensors do"
    var shown = lines.prefix(Self.maximumShown).map { "  \($0)" }
    if lines.count > Self.maximumShown {
      shown.append("  ... and \(lines.count - Self.maximumShown) more")
    }
    return [
      ArchitectureError(
        .unfitting, "\(head) not fit the type wanted\n" + shown.joined(separator: "\n"))
    ]
  }

  private static let maximumShown = 10_000
}
