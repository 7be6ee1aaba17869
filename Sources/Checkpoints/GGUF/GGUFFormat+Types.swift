internal import Quantization
internal import Tensors

extension GGUFFormat {
  /// The encoding that ggml numbers `number`.
  static func encoding(ofType number: UInt32) -> Encoding? {
    let id = ExternalID.number(Int(number))
    if let scalar = ScalarType.find(idSpace, id) { return Encoding(scalar) }
    return QuantType.find(idSpace, id)?.encoding
  }

  /// ggml's number of an encoding.
  static func typeNumber(of encoding: Encoding) -> UInt32? {
    let ids: [IDSpace: ExternalID]?
    if let scalar = encoding.scalarType {
      ids = scalar.ids
    } else if let block = QuantType.named(encoding.name), block.name == encoding.name {
      ids = block.ids
    } else {
      ids = nil
    }
    guard case .number(let number)? = ids?[idSpace] else { return nil }
    return UInt32(exactly: number)
  }

  /// Types that ggml had once; files with them cannot be read by any current program.
  static let removedTypes: [UInt32: String] = [
    4: "q4_2", 5: "q4_3", 31: "q4_0_4_4", 32: "q4_0_4_8", 33: "q4_0_8_8", 36: "iq4_nl_4_4",
    37: "iq4_nl_4_8", 38: "iq4_nl_8_8",
  ]
}
