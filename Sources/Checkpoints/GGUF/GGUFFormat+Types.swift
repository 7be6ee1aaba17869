internal import Quantization
internal import Tensors

extension GGUFFormat {
  /// The encoding that ggml numbers `number`.
  static func encoding(ofType number: UInt32) -> Encoding? {
    Encoding.find(idSpace, .number(Int(number)))
  }

  /// ggml's number of an encoding.
  static func typeNumber(of encoding: Encoding) -> UInt32? {
    guard let ids = encoding.scalarType?.ids ?? encoding.quantType?.ids,
      case .number(let number)? = ids[idSpace]
    else { return nil }
    return UInt32(exactly: number)
  }
}
