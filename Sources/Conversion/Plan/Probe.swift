internal import Checkpoints
internal import Failures
internal import Tensors

/// Reads small tensors while planning, to prove of their values what their type alone does not tell.
///
/// The run checks that the source has not changed since.
struct Probe {
  let reader: any CheckpointReader

  /// Most bytes of a tensor that is read.
  static let byteLimit = 16 << 20
  /// Bytes of one read.
  private static let stepBytes = 1 << 20

  /// Whether every number of these tensors, changed by the maps and written as the float type, is
  /// read and changed back bit for bit: payloads of NaN and signs of zero included.
  ///
  /// False without looking for tensors beyond the limit, and for types that are no floats.
  func holds(
    _ tensors: [Int], as target: Encoding, through maps: [ValueMap] = []
  ) throws(ConversionError) -> Bool {
    guard let narrow = target.scalarType, narrow.kind == .float else { return false }
    for tensor in tensors {
      guard let way = Way(from: reader.tensors[tensor].encoding, to: narrow, maps),
        try holds(reader.tensors[tensor], tensor, way)
      else { return false }
    }
    return true
  }

  /// There and back, for a run of numbers.
  private struct Way {
    let source: ScalarType
    /// Conversions, and where values change between them.
    private let there: [Step]
    private let back: [Step]

    private enum Step {
      case convert(ScalarConversion)
      case change([ValueMap])
    }

    init?(from encoding: Encoding, to narrow: ScalarType, _ maps: [ValueMap]) {
      guard let wide = encoding.scalarType, wide.kind == .float, wide.bits % 8 == 0 else {
        return nil
      }
      source = wide
      if maps.isEmpty {
        guard let first = ScalarConversion(from: wide, to: narrow),
          let second = ScalarConversion(from: narrow, to: wide)
        else { return nil }
        there = [.convert(first)]
        back = [.convert(second)]
      } else {
        guard let first = ScalarConversion(from: wide, to: .f32),
          let second = ScalarConversion(from: .f32, to: narrow),
          let third = ScalarConversion(from: narrow, to: .f32),
          let fourth = ScalarConversion(from: .f32, to: wide)
        else { return nil }
        there = [.convert(first), .change(maps), .convert(second)]
        back = [.convert(third), .change(maps.reversed().map(\.inverse)), .convert(fourth)]
      }
    }

    /// Whether the bytes return.
    func returns(_ bytes: UnsafeRawBufferPointer) -> Bool {
      let count = bytes.count * 8 / source.bits
      var current = Array(bytes)
      for step in there + back {
        switch step {
        case .convert(let conversion):
          var next = [UInt8](repeating: 0, count: (count * conversion.target.bits + 7) / 8)
          let outcome = current.withUnsafeBytes { from in
            next.withUnsafeMutableBytes { conversion.run(from, into: $0, count: count) }
          }
          guard outcome.firstUnrepresentable == nil else { return false }
          current = next
        case .change(let maps):
          let hasImage = current.withUnsafeMutableBytes { buffer in
            let values = buffer.bindMemory(to: Float.self)
            return maps.allSatisfy { $0.apply(to: values) == nil }
          }
          guard hasImage else { return false }
        }
      }
      return bytes.elementsEqual(current)
    }
  }

  private func holds(
    _ spec: TensorSpec, _ index: Int, _ way: Way
  ) throws(ConversionError) -> Bool {
    guard spec.byteCount <= Self.byteLimit else { return false }
    var bytes = [UInt8](repeating: 0, count: min(spec.byteCount, Self.stepBytes))
    var offset = 0
    while offset < spec.byteCount {
      let count = min(bytes.count, spec.byteCount - offset)
      let result = bytes.withUnsafeMutableBytes { buffer in
        Result { () throws(CheckpointError) in
          let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
          try reader.read(tensor: index, range: offset..<offset + count, into: part)
          return way.returns(UnsafeRawBufferPointer(part))
        }
      }
      let isSame = try passing(at: Place(tensor: spec.name)) { () throws(CheckpointError) in
        try result.get()
      }
      guard isSame else { return false }
      offset += count
    }
    return true
  }
}
