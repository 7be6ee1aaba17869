import Foundation
import Testing

@testable import Tensors

/// Exponential and logarithm: correctly rounded as far as f64 of the system's library can tell.
@Suite struct ValueMapTests {
  private static func apply(_ map: ValueMap, _ values: [Float]) -> (values: [Float], refused: Int?)
  {
    var values = values
    let refused = values.withUnsafeMutableBufferPointer { map.apply(to: $0) }
    return (values, refused)
  }

  /// Distance in units of the last place.
  private static func units(_ a: Float, _ b: Float) -> Int {
    func place(_ x: Float) -> Int {
      let bits = Int(x.bitPattern & 0x7FFF_FFFF)
      return x.sign == .minus ? -bits : bits
    }
    return abs(place(a) - place(b))
  }

  @Test func exponentialIsRounded() {
    var random = Sequence32(state: 3)
    var different = 0
    for _ in 0..<300_000 {
      let x = Float.random(in: -104...89, using: &random)
      let (found, expected) = (PortableMath.exponential(x), Float(exp(Double(x))))
      #expect(Self.units(found, expected) <= 1, "\(x)")
      different += found == expected ? 0 : 1
    }
    #expect(different <= 2)
    for (x, y) in [
      (0, 1), (1, 2.718_281_7), (-.infinity, 0), (.infinity, .infinity), (-200, 0),
      (200, .infinity),
    ] as [(Float, Float)] { #expect(PortableMath.exponential(x) == y) }
    #expect(PortableMath.exponential(.nan).isNaN)
    #expect(PortableMath.exponential(-103.5) == .leastNonzeroMagnitude)
  }

  @Test func logarithmIsRounded() {
    var random = Sequence32(state: 4)
    var different = 0
    for round in 0..<300_000 {
      let x =
        round % 2 == 0
        ? Float(bitPattern: UInt32.random(in: 1..<0x7F80_0000, using: &random))
        : Float.random(in: 0.5...2, using: &random)
      let (found, expected) = (PortableMath.logarithm(x), Float(log(Double(x))))
      #expect(Self.units(found, expected) <= 1, "\(x)")
      different += found == expected ? 0 : 1
    }
    #expect(different <= 2)
    #expect(PortableMath.logarithm(1) == 0)
    #expect(PortableMath.logarithm(0) == -.infinity)
    #expect(PortableMath.logarithm(.infinity) == .infinity)
    #expect(PortableMath.logarithm(-1).isNaN && PortableMath.logarithm(.nan).isNaN)
  }

  /// There and back loses next to nothing.
  @Test func logarithmUndoesExponential() {
    var random = Sequence32(state: 5)
    let values = (0..<10_000).map { _ in Float.random(in: 0.01...5, using: &random) }
    let there = Self.apply(.negativeExponential, values).values
    let back = Self.apply(.logNegative, there).values
    for (x, y) in zip(values, back) { #expect(abs(x - y) <= 1.2e-7 * max(1, abs(x))) }
  }

  @Test func additionRoundsOnce() {
    let (values, refused) = Self.apply(.add(1), [0.1, -1, 1e-9, -.infinity, 3e38])
    #expect(values == [0.1 + 1, 0, 1, -.infinity, 3e38] && refused == nil)
    #expect(Self.apply(.add(1), [.nan]).values[0].isNaN)
  }

  @Test func whatHasNoImageIsNamed() {
    #expect(Self.apply(.add(3e38), [1, 3e38]).refused == 1)
    #expect(Self.apply(.logNegative, [-1, 0, .nan, 1]).refused == 3)
    #expect(Self.apply(.negativeExponential, [1, .infinity, 90]).refused == 2)
  }

  @Test func valueMapsUndoOneAnother() {
    for map in [ValueMap.add(1), .logNegative, .negativeExponential] {
      #expect(map.inverse.inverse == map)
      #expect(!map.description.isEmpty)
    }
  }
}
