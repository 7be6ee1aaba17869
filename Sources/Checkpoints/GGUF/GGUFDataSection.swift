internal import ByteIO
internal import Failures
internal import Tensors

/// The part of a file that holds the tensors' data.
struct GGUFDataSection {
  let file: RandomAccessFile
  let start: UInt64
  let alignment: UInt64

  /// Turns relative into absolute positions and checks that every tensor lies in the file and
  /// none overlaps another.
  ///
  /// - Returns: what is odd: holes, bytes or padding too many or too few.
  func place(_ tensors: inout [TensorSpec]) throws(CheckpointError) -> [String] {
    guard !tensors.isEmpty else {
      guard file.size <= start else {
        throw CheckpointError(
          .layout,
          "the header lists no tensors, yet \(file.size - start) bytes follow it",
          at: Place(file: file.path, byteOffset: start))
      }
      return []
    }
    var isSorted = true
    var last: UInt64 = 0
    for index in tensors.indices {
      tensors[index].fileOffset = try position(of: tensors[index])
      if tensors[index].fileOffset < last { isSorted = false }
      last = tensors[index].fileOffset
    }
    var order = Array(tensors.indices)
    if !isSorted { order.sort { tensors[$0].fileOffset < tensors[$1].fileOffset } }
    return try warnings(tensors, order)
  }

  private func position(of tensor: TensorSpec) throws(CheckpointError) -> UInt64 {
    let (begin, overflow) = start.addingReportingOverflow(tensor.fileOffset)
    guard !overflow, begin <= file.size || tensor.byteCount == 0 else {
      throw CheckpointError(
        .layout,
        "the data begins at \(tensor.fileOffset) bytes after \(start), beyond the file's end at "
          + "\(file.size)", at: Place(file: file.path, byteOffset: start, tensor: tensor.name))
    }
    guard tensor.byteCount == 0 || UInt64(tensor.byteCount) <= file.size - begin else {
      throw CheckpointError(
        .truncated,
        "the data takes \(tensor.byteCount) bytes from byte \(begin), but the file has \(file.size)",
        at: Place(file: file.path, byteOffset: begin, tensor: tensor.name))
    }
    return begin
  }

  private func warnings(
    _ tensors: [TensorSpec], _ order: [Int]
  ) throws(CheckpointError) -> [String] {
    var end = start
    var before: Int?
    var gaps = 0
    var gapBytes: UInt64 = 0
    var unnamed = 0
    for index in order {
      if tensors[index].name.isEmpty { unnamed += 1 }
      guard tensors[index].byteCount > 0 else { continue }
      let begin = tensors[index].fileOffset
      guard begin >= end else {
        throw CheckpointError(
          .layout,
          "the data from byte \(begin) overlaps that of tensor "
            + "'\(before.map { tensors[$0].name } ?? "")', which ends at \(end)",
          at: Place(file: file.path, byteOffset: begin, tensor: tensors[index].name))
      }
      let expected = GGUFHeader.padded(end, alignment)
      if begin > expected {
        gaps += 1
        gapBytes += begin - expected
      }
      end = begin + UInt64(tensors[index].byteCount)
      before = index
    }
    var result: [String] = []
    if gaps > 0 {
      result.append(
        "\(file.path): \(gaps) gaps between tensors, \(gapBytes) bytes; llama.cpp refuses them")
    }
    if unnamed > 0 { result.append("\(file.path): a tensor has an empty name") }
    let expected = GGUFHeader.padded(end, alignment)
    if file.size < expected {
      result.append(
        "\(file.path): \(expected - file.size) bytes of padding are missing after the last tensor; "
          + "some readers refuse such a file")
    } else if file.size > expected {
      result.append("\(file.path): \(file.size - expected) unused bytes after the last tensor")
    }
    return result
  }
}
