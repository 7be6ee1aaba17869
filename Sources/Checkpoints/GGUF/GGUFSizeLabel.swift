public import Tensors

/// The rule of `general.size_label`: `140K`, `6.8M`, `8x7B`.
public enum GGUFSizeLabel {
  /// The parameters of a model, as the label's rule counts them.
  public struct Count: Hashable, Sendable {
    /// All elements of all tensors.
    public var total = 0
    /// Elements outside of the experts.
    public var shared = 0
    /// Elements of one expert.
    public var perExpert = 0
    /// Experts of a stacked tensor, on average.
    public var experts = 0

    /// Counts from their sums.
    public init(total: Int = 0, shared: Int = 0, perExpert: Int = 0, experts: Int = 0) {
      self.total = total
      self.shared = shared
      self.perExpert = perExpert
      self.experts = experts
    }

    /// Counts over tensors under their GGUF names; sums that overflow stay at the greatest value.
    ///
    /// A name with `_exps.` is a stack of experts along its third axis from the end, for a bias
    /// along the second; one of rank below 3 counts as shared.
    public init(_ tensors: some Sequence<(name: String, shape: Shape)>) {
      var stacks = 0
      var expertSum = 0
      for (name, shape) in tensors {
        let size = shape.elementCount ?? Int.max
        total = Self.sum(total, size)
        var experts = 0
        if shape.rank >= 3, name.holds("_exps.") {
          experts = shape.axes[shape.rank - (name.holds(".bias") ? 2 : 3)]
        }
        if experts > 0 {
          perExpert = Self.sum(perExpert, size / experts)
          expertSum = Self.sum(expertSum, experts)
          stacks += 1
        } else {
          shared = Self.sum(shared, size)
        }
      }
      experts = stacks > 0 ? expertSum / stacks : 0
    }

    private static func sum(_ a: Int, _ b: Int) -> Int {
      let (sum, overflow) = a.addingReportingOverflow(b)
      return overflow ? Int.max : sum
    }
  }

  /// The label: experts are written `8x7B`, one expert with the shared part beside their number.
  public static func label(_ count: Count) -> String {
    guard count.experts > 0 else { return rounded(count.total) }
    let (one, overflow) = count.shared.addingReportingOverflow(count.perExpert)
    return "\(count.experts)x" + rounded(overflow ? Int.max : one)
  }

  /// A number in thousands, millions, billions or trillions, with at least two digits.
  ///
  /// The digits are those of the binary64 product of count and unit, rounded half to even.
  static func rounded(_ count: Int) -> String {
    let (unit, suffix) =
      count > 1_000_000_000_000
      ? (1e-12, "T")
      : count > 1_000_000_000 ? (1e-9, "B") : count > 1_000_000 ? (1e-6, "M") : (1e-3, "K")
    let scaled = Double(max(count, 0)) * unit
    let whole = scaled.rounded(.toNearestOrEven)
    let decimals = whole < 1 ? 2 : whole < 10 ? 1 : 0
    return decimal(scaled, decimals) + suffix
  }

  /// A number from 0 up with so many decimals, correctly rounded, ties to even.
  private static func decimal(_ value: Double, _ decimals: Int) -> String {
    guard decimals > 0 else { return "\(UInt64(value.rounded(.toNearestOrEven)))" }
    // value = significand / 2^shift; below 10, at least 0.001 or zero, so shift is within 49...62
    let scale: UInt64 = decimals == 1 ? 10 : 100
    let shift = UInt64(52 - (value == 0 ? 0 : Int(value.exponent)))
    let product = UInt64(value == 0 ? 0 : value.significandBitPattern | 1 << 52) * scale
    var units = product >> shift
    let rest = product & (1 << shift - 1)
    let half: UInt64 = 1 << (shift - 1)
    if rest > half || (rest == half && units & 1 == 1) { units += 1 }
    let fraction = "\(units % scale)"
    return "\(units / scale)."
      + String(repeating: "0", count: decimals - fraction.count) + fraction
  }
}

extension String {
  /// Whether a part of the text has exactly these bytes.
  fileprivate func holds(_ part: StaticString) -> Bool {
    var text = self
    return text.withUTF8 { bytes in
      part.withUTF8Buffer { part in
        bytes.indices.contains { bytes[$0...].starts(with: part) }
      }
    }
  }
}
