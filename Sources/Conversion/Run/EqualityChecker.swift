internal import Checkpoints
internal import Failures
internal import Tensors

/// Compares copies that are dropped with what is kept.
struct EqualityChecker {
  let plan: Plan
  let reader: any CheckpointReader

  /// - Throws: `.contradiction` naming both tensors and the first byte that differs.
  func run() throws(ConversionError) {
    for check in plan.checks { try compare(check.kept, check.dropped) }
  }

  private func compare(_ kept: Int, _ dropped: Int) throws(ConversionError) {
    let (a, b) = (reader.tensors[kept], reader.tensors[dropped])
    guard a.shape == b.shape, a.encoding == b.encoding, a.byteCount == b.byteCount else {
      throw different(a, b, "their types or shapes differ")
    }
    let step = 1 << 20
    var left = [UInt8](repeating: 0, count: min(step, a.byteCount))
    var right = left
    var offset = 0
    while offset < a.byteCount {
      let count = min(step, a.byteCount - offset)
      try read(kept, offset, count, &left)
      try read(dropped, offset, count, &right)
      if left[..<count] != right[..<count] {
        let first = (0..<count).first { left[$0] != right[$0] } ?? 0
        throw different(a, b, "they differ from byte \(offset + first)")
      }
      offset += count
    }
  }

  private func read(
    _ tensor: Int, _ offset: Int, _ count: Int, _ bytes: inout [UInt8]
  ) throws(ConversionError) {
    let failure = bytes.withUnsafeMutableBytes { buffer -> CheckpointError? in
      do throws(CheckpointError) {
        try reader.read(
          tensor: tensor, range: offset..<offset + count,
          into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
        return nil
      } catch { return error }
    }
    if let failure { throw ConversionError(.below, wrapping: failure) }
  }

  private func different(_ a: TensorSpec, _ b: TensorSpec, _ how: String) -> ConversionError {
    ConversionError(
      .contradiction,
      "the configuration says that it is the same tensor as '\(a.name)', but \(how)",
      at: Place(tensor: b.name))
  }
}
