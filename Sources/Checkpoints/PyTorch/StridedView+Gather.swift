/// Reads elements `start..<start + count` of a storage into a buffer.
typealias ElementReader = (
  _ start: Int, _ buffer: UnsafeMutableRawBufferPointer
) throws(CheckpointError) -> Void

extension StridedView {
  /// Bytes of storage that are held at a time.
  static let panelBytes = 1 << 20
  /// Gaps up to this size are read over rather than skipped.
  static let gapBytes = 1 << 12

  /// Fills `buffer` with the elements from `first` on, counted in row-major order.
  func gather(
    from first: Int, into buffer: UnsafeMutableRawBufferPointer, _ read: ElementReader
  ) throws(CheckpointError) {
    let count = buffer.count / elementBytes
    guard count > 0 else { return }
    var panel: [UInt8] = []
    try boxes(axes[...], offset, first, first + count) {
      (box, source, target) throws(CheckpointError) in
      try fill(
        box, source,
        UnsafeMutableRawBufferPointer(rebasing: buffer[((target - first) * elementBytes)...]),
        &panel, read)
    }
  }

  /// Cuts a range of the row-major order into boxes: whole axes below a part of one axis.
  private func boxes(
    _ axes: ArraySlice<Axis>, _ source: Int, _ lower: Int, _ upper: Int, base: Int = 0,
    _ body: (ArraySlice<Axis>, Int, Int) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    guard let axis = axes.first else { return try body(axes, source, base) }
    let inner = axes.dropFirst()
    var index = lower / axis.step
    let last = (upper - 1) / axis.step
    if index == last || lower % axis.step != 0 {
      let start = index * axis.step
      try boxes(
        inner, source + index * axis.stride, lower - start, min(upper - start, axis.step),
        base: base + start, body)
      index += 1
    }
    let end = upper / axis.step
    if index < end {
      var part = axis
      part.count = end - index
      try body([part] + inner, source + index * axis.stride, base + index * axis.step)
      index = end
    }
    if index <= last, upper > index * axis.step {
      let start = index * axis.step
      try boxes(
        inner, source + index * axis.stride, 0, upper - start, base: base + start, body)
    }
  }

  /// Reads a box: directly where it is one run, through a panel where its span is small enough,
  /// else in parts along the axis with the longest stride.
  private func fill(
    _ box: ArraySlice<Axis>, _ source: Int, _ target: UnsafeMutableRawBufferPointer,
    _ panel: inout [UInt8], _ read: ElementReader
  ) throws(CheckpointError) {
    let axes = box.filter { $0.count > 1 }
    if axes.isEmpty || (axes.count == 1 && axes[0].stride == 1 && axes[0].step == 1) {
      let count = axes.first?.count ?? 1
      return try read(
        source, UnsafeMutableRawBufferPointer(rebasing: target[..<(count * elementBytes)]))
    }
    let span = axes.reduce(1) { $0 + ($1.count - 1) * $1.stride }
    let widest = axes.indices.max { axes[$0].stride < axes[$1].stride } ?? 0
    let axis = axes[widest]
    let inner = span - (axis.count - 1) * axis.stride
    // Gaps between the parts along the widest axis, in the storage.
    let gap = (axis.stride - inner) * elementBytes
    let dense = gap <= Self.gapBytes || gap / 3 <= inner * elementBytes
    if dense, span <= Self.panelBytes / elementBytes {
      if panel.count < span * elementBytes {
        panel = [UInt8](repeating: 0, count: span * elementBytes)
      }
      var failure: CheckpointError?
      panel.withUnsafeMutableBytes { bytes in
        do throws(CheckpointError) {
          let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(span * elementBytes)])
          try read(source, part)
          scatter(axes[...], UnsafeRawBufferPointer(part), 0, target, 0)
        } catch { failure = error }
      }
      if let failure { throw failure }
      return
    }
    let room = Self.panelBytes / elementBytes - inner
    let group = dense && room > 0 ? room / max(axis.stride, 1) + 1 : 1
    var rest = Array(axes)
    var index = 0
    while index < axis.count {
      rest[widest].count = min(group, axis.count - index)
      try fill(
        rest[...], source + index * axis.stride,
        UnsafeMutableRawBufferPointer(rebasing: target[(index * axis.step * elementBytes)...]),
        &panel, read)
      index += rest[widest].count
    }
  }

  /// Copies a box from a panel to its places.
  private func scatter(
    _ axes: ArraySlice<Axis>, _ from: UnsafeRawBufferPointer, _ source: Int,
    _ to: UnsafeMutableRawBufferPointer, _ target: Int
  ) {
    guard let axis = axes.first else { return }
    guard axes.count == 1 else {
      for index in 0..<axis.count {
        scatter(
          axes.dropFirst(), from, source + index * axis.stride, to, target + index * axis.step)
      }
      return
    }
    switch elementBytes {
    case 1: copy(UInt8.self, axis, from, source, to, target)
    case 2: copy(UInt16.self, axis, from, source, to, target)
    case 4: copy(UInt32.self, axis, from, source, to, target)
    case 8: copy(UInt64.self, axis, from, source, to, target)
    default: copy(SIMD2<UInt64>.self, axis, from, source, to, target)
    }
  }

  private func copy<Element: BitwiseCopyable>(
    _ type: Element.Type, _ axis: Axis, _ from: UnsafeRawBufferPointer, _ source: Int,
    _ to: UnsafeMutableRawBufferPointer, _ target: Int
  ) {
    let size = MemoryLayout<Element>.size
    for index in 0..<axis.count {
      let element = from.loadUnaligned(
        fromByteOffset: (source + index * axis.stride) * size, as: Element.self)
      to.storeBytes(
        of: element, toByteOffset: (target + index * axis.step) * size, as: Element.self)
    }
  }
}
