internal import ByteIO
internal import Failures

/// Checks disk and memory before the first byte is written.
struct ResourceCheck {
  let plan: Plan

  /// Bytes that the process takes beside tile buffers and headers.
  static let baseBytes: UInt64 = 32 << 20

  /// Bytes of memory that the run needs.
  static func memory(of plan: Plan) -> UInt64 {
    let headers = plan.files.reduce(0) { sum, file in
      sum + file.segments.reduce(0) { $0 + UInt64($1.bytes.count) }
    }
    return baseBytes + headers + UInt64(plan.bufferBytes) + UInt64(plan.adapterBytes)
  }

  func run() throws(ConversionError) {
    let folder = Paths.parent(plan.target.path)
    let free = try passing { () throws(ByteIOError) in try Resources.freeDisk(at: folder) }
    guard plan.outputBytes <= free else {
      throw ConversionError(
        .resources, "the output takes \(plan.outputBytes) bytes, the disk has \(free) free",
        at: Place(file: folder))
    }
    let needed = Self.memory(of: plan)
    if let available = Resources.availableMemory, needed > available {
      throw ConversionError(
        .resources, "the run takes \(needed) bytes of memory, \(available) are available")
    }
  }
}
