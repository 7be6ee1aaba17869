/// The layout steps, by name.
public enum LayoutTransforms {
  /// Every step, in alphabetical order.
  public static let all: [any LayoutTransform.Type] = [
    Add.self, InterleaveRope.self, Join.self, LogNegative.self, Transpose.self, View.self,
  ]

  /// The step of that name.
  public static func named(_ name: String) -> (any LayoutTransform.Type)? {
    all.first { $0.name == name }
  }

  /// The step of a resolved layout.
  ///
  /// - Throws: `TensorError.layout` for an unknown name or a wrong number of arguments.
  static func find(_ step: LayoutStep) throws(TensorError) -> any LayoutTransform.Type {
    guard let transform = named(step.name) else {
      let known = all.map { $0.name }.joined(separator: ", ")
      throw TensorError(.layout, "'\(step.name)' is not a layout step; there are \(known)")
    }
    guard transform.argumentCount.contains(step.arguments.count) else {
      throw TensorError(.layout, "\(step.name) does not take \(step.arguments.count) arguments")
    }
    return transform
  }
}

extension LayoutTransform {
  /// Argument `index` as a positive count.
  static func count(_ arguments: [Double], _ index: Int) throws(TensorError) -> Int {
    guard index < arguments.count, let value = Int(exactly: arguments[index]), value > 0 else {
      let found = index < arguments.count ? "\(arguments[index])" : "nothing"
      throw TensorError(.layout, "\(name) needs a positive whole number, found \(found)")
    }
    return value
  }

  /// The only part.
  static func single(_ parts: [Shape]) throws(TensorError) -> Shape {
    guard parts.count == 1, let part = parts.first else {
      throw TensorError(.layout, "\(name) works on one tensor, found \(parts.count); join first")
    }
    return part
  }
}
