internal import Documents
internal import Tensors

/// How tensors were stored before the conventions of a GGUF made them wider: what the way back needs
/// to give each its own type again.
///
/// Two of Lathe's own keys: the encoding that nearly all of them had, and a list `ENCODING NAME` of
/// the tensors that had another one. A tensor whose type could not have come from that encoding
/// without loss is none of them: it needs no entry.
struct SourceEncodings {
  /// The key of the common encoding.
  static let commonKey = "lathe.source.encoding"
  /// The key of the exceptions.
  static let exceptionsKey = "lathe.source.encoding.exceptions"

  /// A tensor of an output.
  struct Tensor {
    var name: String
    /// How it is stored.
    var encoding: Encoding
    /// How it was stored before, if the conventions changed that.
    var source: Encoding
  }

  private let common: Encoding
  private let exceptions: [String: Encoding]

  /// The encodings that a header tells; nil if it tells none.
  ///
  /// What it says wrongly is only ever a guess too much: a probe decides.
  init?(_ metadata: Metadata) {
    guard let name = metadata[Self.commonKey]?.string, let common = Encoding.named(name) else {
      return nil
    }
    var exceptions: [String: Encoding] = [:]
    if let list = metadata[Self.exceptionsKey]?.strings {
      for line in list {
        let words = line.split(separator: " ", maxSplits: 1)
        guard words.count == 2, let encoding = Encoding.named(String(words[0])) else { continue }
        exceptions[String(words[1])] = encoding
      }
    }
    self.common = common
    self.exceptions = exceptions
  }

  /// The narrower encoding that a tensor had; nil if it is stored as it was.
  func encoding(of name: String, storedAs stored: Encoding) -> Encoding? {
    let known = exceptions[name] ?? common
    return Self.widens(known, to: stored) ? known : nil
  }

  /// The keys for an output; none if every tensor is stored as it was.
  static func keys(_ tensors: [Tensor]) -> Metadata {
    var counts: [Encoding: Int] = [:]
    for tensor in tensors where widens(tensor.source, to: tensor.encoding) {
      counts[tensor.source, default: 0] += 1
    }
    guard let common = counts.max(by: { ($0.value, $1.key.name) < ($1.value, $0.key.name) })?.key
    else { return [:] }
    var exceptions = PackedStrings()
    for tensor in tensors
    where tensor.source != common
      && (widens(tensor.source, to: tensor.encoding) || widens(common, to: tensor.encoding))
    {
      exceptions.append("\(tensor.source) \(tensor.name)")
    }
    var keys: Metadata = [commonKey: .string(common.name)]
    if exceptions.count > 0 { keys[exceptionsKey] = .array(.strings(exceptions)) }
    return keys
  }

  /// Whether a float becomes a wider one that holds all its values.
  private static func widens(_ source: Encoding, to target: Encoding) -> Bool {
    guard source != target, let narrow = source.scalarType, let wide = target.scalarType,
      narrow.kind == .float, wide.kind == .float
    else { return false }
    return wide.holdsExactly(narrow)
  }
}
