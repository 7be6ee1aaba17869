import Kernels
import Tensors

/// What a conversion made of some elements.
struct Converted: Equatable {
  var bytes: [UInt8]
  var outcome: ConversionOutcome
}

/// Packs the lowest bits of each element as tensors store them.
func packed(_ elements: [UInt64], _ type: ScalarType) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: (elements.count * type.bits + 7) / 8)
  if type.bits >= 8 {
    let size = type.bits / 8
    for (i, element) in elements.enumerated() {
      for j in 0..<size {
        bytes[size * i + j] = UInt8(truncatingIfNeeded: element >> UInt64(8 * j))
      }
    }
  } else {
    for (i, element) in elements.enumerated() {
      for j in 0..<type.bits where element >> UInt64(j) & 1 == 1 {
        bytes[(i * type.bits + j) / 8] |= 1 << UInt8((i * type.bits + j) % 8)
      }
    }
  }
  return bytes
}

/// Runs a conversion over packed elements.
func convert(
  _ source: [UInt8], _ count: Int, from: ScalarType, to: ScalarType, _ kernels: KernelTable,
  saturate: Bool = false
) -> Converted? {
  guard let conversion = ScalarConversion(from: from, to: to, kernels: kernels) else { return nil }
  var bytes = [UInt8](repeating: 0, count: (count * to.bits + 7) / 8)
  let outcome = bytes.withUnsafeMutableBytes { output in
    source.withUnsafeBytes { input in
      conversion.run(input, into: output, count: count, saturate: saturate)
    }
  }
  return Converted(bytes: bytes, outcome: outcome)
}

/// What the specification makes of the same elements, clamping; and which it cannot hold.
func expected(
  _ elements: [UInt64], from: ScalarType, to: ScalarType
) -> (Converted, unrepresentable: [Int])? {
  guard let decoder = ScalarCodec(from), let encoder = ScalarCodec(to) else { return nil }
  var outcome = ConversionOutcome()
  var codes: [UInt64] = []
  codes.reserveCapacity(elements.count)
  var unrepresentable: [Int] = []
  for (i, element) in elements.enumerated() {
    let code = encoder.convert(element, from: decoder)
    if !code.isRepresentable {
      unrepresentable.append(i)
      outcome.clamped += 1
    }
    outcome.underflows += code.isUnderflow ? 1 : 0
    codes.append(code.bits)
  }
  return (Converted(bytes: packed(codes, to), outcome: outcome), unrepresentable)
}

/// A small generator whose sequence is fixed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
