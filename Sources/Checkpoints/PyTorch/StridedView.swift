/// A view of a storage in as few axes as it needs, and how its elements are gathered.
struct StridedView: Hashable, Sendable {
  /// An axis: how many elements, and how far apart in the storage and in the result.
  struct Axis: Hashable, Sendable {
    var count: Int
    var stride: Int
    var step: Int
  }

  /// First element, counted from the storage's start.
  let offset: Int
  /// Axes longer than 1, outermost first, joined where they run on.
  let axes: [Axis]
  /// Bytes of an element.
  let elementBytes: Int
  /// Whether the elements lie one after another.
  var isContiguous: Bool { axes.isEmpty || (axes.count == 1 && axes[0].stride == 1) }

  /// A view whose elements exist and whose numbers were checked.
  init(offset: Int, sizes: [Int], strides: [Int], elementBytes: Int) {
    var joined: [Axis] = []
    for (size, stride) in zip(sizes, strides) where size != 1 {
      if let last = joined.last, last.stride == size &* stride {
        joined[joined.count - 1] = Axis(count: last.count * size, stride: stride, step: 1)
      } else {
        joined.append(Axis(count: size, stride: stride, step: 1))
      }
    }
    var step = 1
    for index in joined.indices.reversed() {
      joined[index].step = step
      step = step &* joined[index].count
    }
    self.offset = offset
    self.axes = joined
    self.elementBytes = elementBytes
  }
}
