internal import Failures

/// What a post-processor puts around a text's ids.
struct SpecialFrame: Sendable {
  private enum Part {
    case ids([Int32])
    case text
  }
  /// One frame after the other, from the inside out.
  private var layers: [[Part]] = []

  init(_ processor: TokenizerDefinition.PostProcessor?) {
    if let processor { add(processor) }
  }

  private mutating func add(_ processor: TokenizerDefinition.PostProcessor) {
    switch processor {
    case .template(let template):
      layers.append(
        template.single.map { piece in
          switch piece {
          case .special(let name, _): .ids(template.specials[name]?.ids ?? [])
          case .sequence: .text
          }
        })
    case .bert(let separator, let first), .roberta(let separator, let first, _, _):
      layers.append([.ids([first.id]), .text, .ids([separator.id])])
    case .byteLevel: break
    case .sequence(let list): for part in list { add(part) }
    }
  }

  /// The ids with what goes around them.
  func apply(_ ids: [Int32]) -> [Int32] {
    layers.reduce(ids) { ids, parts in
      parts.reduce(into: []) { result, part in
        switch part {
        case .ids(let list): result += list
        case .text: result += ids
        }
      }
    }
  }
}
