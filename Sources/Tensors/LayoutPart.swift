/// A canonical tensor, or one slice along its first axis, inside a stored tensor.
public struct LayoutPart: Hashable, Sendable {
  /// The canonical tensor, by its index in the model.
  public let tensor: Int
  /// The index along the first axis if the stored tensor holds one slice (an expert).
  public let slice: Int?
  /// The part's shape: without the first axis if it is a slice.
  public let shape: Shape

  /// A part.
  public init(tensor: Int, slice: Int? = nil, shape: Shape) {
    self.tensor = tensor
    self.slice = slice
    self.shape = shape
  }
}

/// How a stored tensor is made of canonical tensors: its parts and the steps from them to it.
public struct StoredLayout: Hashable, Sendable {
  /// The parts, in the order in which `join` packs them.
  public let parts: [LayoutPart]
  /// The steps from canonical to stored, those with a false condition left out.
  public let steps: [LayoutStep]
  /// The parts are biases: the last axis is the row axis.
  public let isBias: Bool

  /// A layout of those parts and steps.
  public init(parts: [LayoutPart], steps: [LayoutStep], isBias: Bool) {
    self.parts = parts
    self.steps = steps
    self.isBias = isBias
  }

  /// Slices of matrices, stored as they are: each is a row.
  var isRowOfTensor: Bool {
    !isBias && steps.isEmpty && parts.allSatisfy { $0.slice != nil && $0.shape.rank == 1 }
  }

  /// The stored tensor's shape.
  ///
  /// - Throws: `.shape` and `.layout` where a step does not fit.
  public func storedShape() throws(TensorError) -> Shape {
    if steps.isEmpty, parts.count == 1 { return parts[0].shape }
    let last = try stages(steps[...], from: parts.map(\.shape)).last ?? parts.map(\.shape)
    guard last.count == 1, let shape = last.first else {
      throw TensorError(.layout, "\(last.count) tensors under one name, and no step joins them")
    }
    return shape
  }

  /// The shapes of the parts after each step.
  func stages(
    _ steps: ArraySlice<LayoutStep>, from parts: [Shape]
  ) throws(TensorError) -> [[Shape]] {
    var current = parts
    var result: [[Shape]] = []
    for step in steps {
      let transform = try LayoutTransforms.find(step)
      if transform.joinsParts {
        current = [try transform.storedShape(of: current, step.arguments, isBias: isBias)]
      } else {
        var next: [Shape] = []
        for shape in current {
          next.append(try transform.storedShape(of: [shape], step.arguments, isBias: isBias))
        }
        current = next
      }
      result.append(current)
    }
    return result
  }
}
