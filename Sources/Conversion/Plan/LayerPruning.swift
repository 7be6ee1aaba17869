internal import Checkpoints
internal import Documents
internal import Failures

/// Leaves layers out and renumbers the others, by GGUF's names.
struct LayerPruning {
  /// The layers that go.
  let dropped: Set<Int>
  /// Layers of the source.
  private let layers: Int

  /// - Throws: `.options` for a layer that the model does not have, or if none would be left.
  init(_ dropped: Set<Int>, names: some Sequence<String>) throws(ConversionError) {
    var last = -1
    for name in names { last = max(last, Self.layer(of: name)?.number ?? -1) }
    layers = last + 1
    let unknown = dropped.filter { $0 < 0 || $0 > last }.sorted()
    guard unknown.isEmpty else {
      throw ConversionError(
        .options,
        "--prune-layers names \(unknown.map(String.init).joined(separator: " ")); "
          + (last < 0
            ? "the output has no tensors named blk.N." : "the model has layers 0 to \(last)"))
    }
    guard dropped.count < layers else {
      throw ConversionError(.options, "--prune-layers would leave no layer")
    }
    self.dropped = dropped
  }

  /// The number in `blk.N.`, and what follows it.
  private static func layer(of name: String) -> (number: Int, rest: Substring)? {
    guard name.hasPrefix("blk.") else { return nil }
    let tail = name.dropFirst(4)
    guard let dot = tail.firstIndex(of: "."), let number = Int(tail[..<dot]), number >= 0,
      number < 1 << 24
    else { return nil }
    return (number, tail[dot...])
  }

  /// The new name of a tensor; nil if it goes.
  func renamed(_ name: String) -> String? {
    guard let (number, rest) = Self.layer(of: name) else { return name }
    guard !dropped.contains(number) else { return nil }
    return "blk.\(number - dropped.count { $0 < number })\(rest)"
  }

  /// The tensors that stay, under their new names.
  func apply(to mapping: inout TensorMapping) {
    var kept: [TensorMapping.Item] = []
    for var item in mapping.items {
      guard let name = renamed(item.name) else {
        mapping.lost.append(
          Plan.LostTensor(
            name: item.name, shape: item.shape, encoding: item.encoding, reason: "--prune-layers"))
        continue
      }
      item.name = name
      kept.append(item)
    }
    mapping.items = kept
  }

  /// Counts fewer layers, and drops the layers' elements of lists that have one for each.
  func apply(to keys: inout Metadata) {
    guard let architecture = keys[GGUFKey.architecture]?.string else { return }
    let count = "\(architecture).block_count"
    // Lists of the rope are one for a group of dimensions, whatever their length.
    for (key, value) in keys
    where key.hasPrefix(architecture + ".") && !key.hasPrefix(architecture + ".rope.") {
      guard case .array(let list) = value, list.count == layers else { continue }
      keys[key] = .array(list.removing { dropped.contains($0) })
    }
    if keys[count] != nil { keys[count] = .u32(UInt32(clamping: layers - dropped.count)) }
  }
}
