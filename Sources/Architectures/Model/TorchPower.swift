#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// `base ** exponents` as PyTorch computes it for binary32 tensors on the CPU.
///
/// Whole blocks of 32 elements go through a vector routine with an error of up to one ulp (a
/// logarithm and an exponential in pairs of binary32), the rest through a power that is rounded
/// once. Tables made by convert_hf_to_gguf.py hold these bits. Blocks of 32 are those of AVX-512.
enum TorchPower {
  private static let block = 32

  /// The powers of a base by exponents from 0 to 1; NaN unless the base is positive and far from
  /// the ends of binary32.
  static func powers(_ base: Float, _ exponents: [Float]) -> [Float] {
    guard base > 1e-30, base < 1e30 else {
      return Array(repeating: .nan, count: exponents.count)
    }
    let whole = exponents.count - exponents.count % block
    return exponents.enumerated().map { index, exponent in
      index < whole
        ? exponential(Pair.product(logarithm(base), exponent))
        : Float(pow(Double(base), Double(exponent)))
    }
  }

  /// A number as the unevaluated sum of two.
  private struct Pair {
    var high: Float
    var low: Float

    init(_ high: Float, _ low: Float) {
      self.high = high
      self.low = low
    }

    /// a + b, exactly.
    static func sum(_ a: Float, _ b: Float) -> Pair {
      let high = a + b
      let part = high - a
      return Pair(high, (a - (high - part)) + (b - part))
    }
    static func sum(_ a: Pair, _ b: Float) -> Pair {
      let exact = sum(a.high, b)
      return Pair(exact.high, exact.low + a.low)
    }
    /// For |a| > |b|.
    static func ordered(_ a: Pair, _ b: Pair) -> Pair {
      let high = a.high + b.high
      return Pair(high, a.high - high + b.high + a.low + b.low)
    }
    static func product(_ a: Pair, _ b: Pair) -> Pair {
      let high = a.high * b.high
      let error = multiplied(a.high, b.high, -high)
      return Pair(high, multiplied(a.high, b.low, multiplied(a.low, b.high, error)))
    }
    static func product(_ a: Pair, _ b: Float) -> Pair {
      let high = a.high * b
      return Pair(high, multiplied(a.low, b, multiplied(a.high, b, -high)))
    }
    var square: Pair {
      let top = high * high
      return Pair(top, multiplied(high + high, low, multiplied(high, high, -top)))
    }
    static func quotient(_ a: Pair, _ b: Pair) -> Pair {
      let inverse = 1 / b.high
      let high = a.high * inverse
      let error = multiplied(inverse, a.high, -high)
      let rest = multiplied(-b.low, inverse, multiplied(-b.high, inverse, 1))
      return Pair(high, multiplied(high, rest, multiplied(a.low, inverse, error)))
    }
    var normal: Pair {
      let top = high + low
      return Pair(top, high - top + low)
    }
  }

  /// a * b + c with one rounding: the product of two binary32 is exact in binary64.
  private static func multiplied(_ a: Float, _ b: Float, _ c: Float) -> Float {
    Float(Double(a) * Double(b) + Double(c))
  }

  private static func logarithm(_ value: Float) -> Pair {
    let exponent = (value * Float(1 / 0.75)).exponent
    let fraction = Float(sign: .plus, exponent: -Int(exponent), significand: value)
    let x = Pair.quotient(Pair.sum(-1, fraction), Pair.sum(1, fraction))
    let square = x.square
    var tail: Float = 0.240320354700088500976562
    tail = multiplied(tail, square.high, 0.285112679004669189453125)
    tail = multiplied(tail, square.high, 0.400007992982864379882812)
    let third = Pair(0.66666662693023681640625, 3.69183861259614332084311e-09)
    let ln2 = Pair(0.69314718246459960938, -1.904654323148236017e-09)
    var result = Pair.product(ln2, Float(exponent))
    result = Pair.ordered(result, Pair(x.high * 2, x.low * 2))
    let series = Pair.ordered(Pair.product(square, tail), third)
    return Pair.ordered(result, Pair.product(Pair.product(square, x), series))
  }

  private static func exponential(_ value: Pair) -> Float {
    let count = ((value.high + value.low) * 1.44269504088896340736).rounded(.toNearestOrEven)
    var rest = Pair.sum(value, count * -0.693145751953125)
    rest = Pair.sum(rest, count * -1.428606765330187045e-06).normal
    var series: Float = 0.00136324646882712841033936
    series = multiplied(series, rest.high, 0.00836596917361021041870117)
    series = multiplied(series, rest.high, 0.0416710823774337768554688)
    series = multiplied(series, rest.high, 0.166665524244308471679688)
    series = multiplied(series, rest.high, 0.499999850988388061523438)
    let small = Pair.ordered(rest, Pair.product(rest.square, series))
    let result = Pair.ordered(Pair(1, 0), small)
    guard let power = Int(exactly: count) else { return .nan }
    return Float(sign: .plus, exponent: power, significand: result.high + result.low)
  }
}
