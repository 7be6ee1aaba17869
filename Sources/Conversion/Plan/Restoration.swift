internal import Checkpoints
internal import Failures
internal import Tensors

/// Gives tensors of a GGUF the narrower types back that they had before its conventions widened them.
struct Restoration {
  let encodings: SourceEncodings?
  let reader: any CheckpointReader
  let format: any FileFormat.Type
  let probe: Probe

  init(_ reader: any CheckpointReader, _ format: any FileFormat.Type) {
    self.reader = reader
    self.format = format
    encodings = SourceEncodings(reader.metadata)
    probe = Probe(reader: reader)
  }

  /// The narrower encoding that a tensor once had, if the header tells one.
  func known(_ item: TensorMapping.Item) -> Encoding? {
    guard let encodings, case .source(let map) = item.origin else { return nil }
    if map.tensors.count == 1 {
      return encodings.encoding(of: reader.tensors[map.tensors[0]].name, storedAs: item.encoding)
    }
    let known = Set(
      map.tensors.map { encodings.encoding(of: reader.tensors[$0].name, storedAs: item.encoding) })
    return known.count == 1 ? known.first ?? nil : nil
  }

  /// That encoding, if it is wanted, the output is of another format that holds it, and every value
  /// of the tensor is one of its values: somebody may have changed them since.
  func proven(
    _ item: TensorMapping.Item, _ choice: TypeChoice
  ) throws(ConversionError) -> Encoding? {
    guard reader.format.id != format.id, let known = known(item), format.canHold(known),
      choice.keeps(known), case .source(let map) = item.origin,
      try probe.holds(map.tensors, as: known, through: item.valueMaps)
    else { return nil }
    return known
  }
}

extension TypeChoice {
  /// Whether a tensor of that encoding is to keep it.
  fileprivate func keeps(_ encoding: Encoding) -> Bool {
    if case .source = self { true } else { isAsking(for: encoding) }
  }
}
