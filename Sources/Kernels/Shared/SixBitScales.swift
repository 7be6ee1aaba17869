// Eight 6-bit scales and eight 6-bit minima in twelve bytes, as q4_K and q5_K have them
// (Quantization/Searches/SixBitScales.swift).

/// Stores the codes of eight groups at offset 4, and cuts them to what is stored.
///
/// - Parameter isCapped: whether codes above 63, which only negative scales have, become 63; else
///   their bits go where ggml's shifts take them.
@inline(__always)
func putSixBit(
  _ scales: UnsafeMutablePointer<UInt8>, _ minima: UnsafeMutablePointer<UInt8>, isCapped: Bool,
  into target: UnsafeMutableRawPointer
) {
  @inline(__always)
  func cap(_ code: UInt8) -> UInt8 { isCapped && code > 63 ? 63 : code }
  var group = 0
  while group < 4 {
    let (upperScale, upperMinimum) = (cap(scales[group &+ 4]), cap(minima[group &+ 4]))
    let first = cap(scales[group]) | (upperScale &>> 4) &<< 6
    let second = cap(minima[group]) | (upperMinimum &>> 4) &<< 6
    let low = upperScale & 15 | upperMinimum &<< 4
    target.storeBytes(of: first, toByteOffset: group &+ 4, as: UInt8.self)
    target.storeBytes(of: second, toByteOffset: group &+ 8, as: UInt8.self)
    target.storeBytes(of: low, toByteOffset: group &+ 12, as: UInt8.self)
    scales[group] = first & 63
    minima[group] = second & 63
    scales[group &+ 4] = low & 15 | (first &>> 6) &<< 4
    minima[group &+ 4] = low &>> 4 | (second &>> 6) &<< 4
    group &+= 1
  }
}

/// The scales of a block, a byte each.
@inline(__always)
func sixBitScales(_ block: UnsafeRawPointer) -> UInt64 {
  let (first, low) = (load32(block, 1), load32(block, 3))
  return UInt64(first & 0x3f3f_3f3f)
    | UInt64(low & 0x0f0f_0f0f | (first &>> 2) & 0x3030_3030) &<< 32
}

/// The minima of a block, a byte each.
@inline(__always)
func sixBitMinima(_ block: UnsafeRawPointer) -> UInt64 {
  let (second, low) = (load32(block, 2), load32(block, 3))
  return UInt64(second & 0x3f3f_3f3f)
    | UInt64((low &>> 4) & 0x0f0f_0f0f | (second &>> 2) & 0x3030_3030) &<< 32
}
