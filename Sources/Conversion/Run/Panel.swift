internal import Failures

/// A panel of rows in memory, some of whose columns become rows.
struct Panel {
  let source: UnsafeRawPointer
  /// Elements of a row.
  let width: Int
  /// Rows.
  let height: Int
  /// The columns that are wanted, in the order of the target's rows.
  let columns: [Int]

  init(from source: UnsafeRawPointer, width: Int, height: Int, columns: [Int]) {
    self.source = source
    self.width = width
    self.height = height
    self.columns = columns
  }

  /// Rows and columns of the squares that are turned one after the other: both fit a first-level
  /// cache.
  private static let block = 32

  /// Writes the columns as rows, one every `stride` bytes.
  func turn(
    _ elementBytes: Int, into target: UnsafeMutableRawPointer, stride: Int
  ) throws(ConversionError) {
    switch elementBytes {
    case 1: turn(UInt8.self, target, stride)
    case 2: turn(UInt16.self, target, stride)
    case 4: turn(UInt32.self, target, stride)
    case 8: turn(UInt64.self, target, stride)
    case 16: turn(SIMD2<UInt64>.self, target, stride)
    default:
      throw ConversionError(.internal, "elements of \(elementBytes) bytes cannot be transposed")
    }
  }

  @inline(__always)
  private func turn<Element: BitwiseCopyable>(
    _ type: Element.Type, _ target: UnsafeMutableRawPointer, _ stride: Int
  ) {
    let size = MemoryLayout<Element>.size
    let rowBytes = width * size
    columns.withUnsafeBufferPointer { columns in
      var top = 0
      while top < height {
        let bottom = min(height, top + Self.block)
        var left = 0
        while left < columns.count {
          let right = min(columns.count, left + Self.block)
          for column in left..<right {
            var from = source + top * rowBytes + columns[column] * size
            var to = target + column * stride + top * size
            for _ in top..<bottom {
              to.storeBytes(of: from.loadUnaligned(as: Element.self), as: Element.self)
              from += rowBytes
              to += size
            }
          }
          left = right
        }
        top = bottom
      }
    }
  }
}
