internal import Checkpoints
internal import Failures
internal import Tensors

/// The importance of the columns of tiles, read matrix by matrix on one thread.
final class TileImportance {
  private let file: ImportanceFile
  private var last: (entry: String, matrices: Range<Int>, values: [Float])?

  init(file: ImportanceFile) { self.file = file }

  /// Importance of the columns, one row for each matrix that the elements touch; nil if the plan
  /// names none for the tensor.
  func values(
    for tensor: PlannedTensor, _ elements: Range<Int>
  ) throws(ConversionError) -> [Float]? {
    guard let name = tensor.importance, let entry = file.entry(named: name) else { return nil }
    let columns = tensor.shape.columns
    let matrixElements = columns * tensor.shape.matrixRows
    guard matrixElements > 0, !elements.isEmpty else { return nil }
    let touched =
      elements.lowerBound / matrixElements..<(elements.upperBound - 1) / matrixElements + 1
    if let last, last.entry == name, last.matrices == touched { return last.values }
    let values = try passing(at: Place(tensor: tensor.name)) { () throws(CheckpointError) in
      var values: [Float] = []
      for matrix in touched {
        let first = matrix % max(1, tensor.shape.matrices) * columns
        values += try entry.importance(first..<first + columns)
      }
      return values
    }
    last = (name, touched, values)
    return values
  }
}

extension Shape {
  /// Rows of one matrix.
  var matrixRows: Int { rank >= 3 ? axes[rank - 2] : rows ?? 1 }
  /// Matrices along the third axis from the end.
  var matrices: Int { rank >= 3 ? axes[rank - 3] : 1 }
}
