// The search for a scale and a minimum per group of weights, one group per lane: sums run over the
// weights of a group in their order, so every lane rounds as the specification does
// (Quantization/Searches/AffineFit.swift).
//
// Whatever is kept lies in memory: the compiler takes values that live through a loop apart.

/// The scales that a search tries for a group, and how it measures them.
protocol AffineTrials {
  /// Weights of a group.
  static var size: Int { get }
  /// The greatest level.
  static var greatest: Float { get }
  /// Trial t maps the group's range to `greatest` + `first` + t * `step` levels.
  static var first: Float { get }
  static var step: Float { get }
  static var count: Int { get }
  /// Whether errors are weighted by magnitude; else by their square.
  static var isAbsolute: Bool { get }
}

extension AffineTrials {
  @inline(__always)
  static var step: Float { 0.1 }
  @inline(__always)
  static var isAbsolute: Bool { false }
}

/// What is tried with importance: the same for every type but its groups and levels.
protocol ImportantTrials: AffineTrials {}

extension ImportantTrials {
  @inline(__always)
  static var first: Float { -0.9 }
  @inline(__always)
  static var step: Float { 0.05 }
  @inline(__always)
  static var count: Int { 37 }
}

#if HAS_F16C
  /// Groups that are searched side by side, or one value of each.
  typealias AffineVector = SIMD16<Float>
#else
  /// Groups that are searched side by side, or one value of each: of four registers each the sums
  /// would not stay in registers.
  typealias AffineVector = SIMD8<Float>
#endif

/// Groups that are searched at a time.
@inline(__always)
var affineLanes: Int { AffineVector.scalarCount }

/// Rows of a value per lane.
typealias AffineRow = UnsafeMutablePointer<AffineVector>

/// What a search works on: rows of vectors, at the address of the first.
typealias AffineState = AffineRow

extension AffineState {
  @inline(__always)
  func row(_ index: Int) -> AffineRow { self + index }

  /// Sum of the emphasis, and of the emphasis times the weights.
  @inline(__always)
  var mass: AffineRow { row(0) }
  @inline(__always)
  var moment: AffineRow { row(1) }
  /// The least and the greatest weight.
  @inline(__always)
  var bottom: AffineRow { row(2) }
  @inline(__always)
  var most: AffineRow { row(3) }
  /// The best trial: its error, its scale, what is added (0 or negative); its levels are
  /// (w - `start`) * `density`, rounded and clamped.
  @inline(__always)
  var best: AffineRow { row(4) }
  @inline(__always)
  var scale: AffineRow { row(5) }
  @inline(__always)
  var least: AffineRow { row(6) }
  @inline(__always)
  var start: AffineRow { row(7) }
  @inline(__always)
  var density: AffineRow { row(8) }
  /// 0 where the place of a level, before clamping, may have been beyond 2^22; else 1.
  @inline(__always)
  var near: AffineRow { row(9) }
  /// The trial: its density; the levels times emphasis, the same times the levels, times the weights,
  /// each summed up; scale, minimum and error by least squares.
  @inline(__always)
  var candidate: AffineRow { row(10) }
  @inline(__always)
  var sum: AffineRow { row(11) }
  @inline(__always)
  var squares: AffineRow { row(12) }
  @inline(__always)
  var products: AffineRow { row(13) }
  @inline(__always)
  var fittedScale: AffineRow { row(14) }
  @inline(__always)
  var fittedLeast: AffineRow { row(15) }
  @inline(__always)
  var error: AffineRow { row(16) }
  /// The weights, their emphasis, and the levels of the trial: a row for each weight of the groups.
  ///
  /// What is stored is not 4 KiB behind what is loaded, which would wait for it.
  @inline(__always)
  var x: AffineRow { row(17) }
  @inline(__always)
  var w: AffineRow { row(81) }
  @inline(__always)
  var levels: AffineRow { row(49) }
}

/// How levels are rounded before clamping.
protocol AffineRounding {
  static var isExact: Bool { get }
  static func round(_ place: AffineVector) -> AffineVector
}

/// For places not beyond 2^22.
enum NearAffineRounding: AffineRounding {
  @inline(__always)
  static var isExact: Bool { false }
  @inline(__always)
  static func round(_ place: AffineVector) -> AffineVector { (place + 12_582_912) - 12_582_912 }
}

/// For all places: the integer in the low bits of the fraction after adding 1.5 * 2^23 is what ggml
/// makes of magnitudes beyond 2^22, infinities and NaN.
enum ExactAffineRounding: AffineRounding {
  @inline(__always)
  static var isExact: Bool { true }
  @inline(__always)
  static func round(_ place: AffineVector) -> AffineVector {
    (place + 12_582_912).bits(and: 0x7f_ffff, or: 0x4b00_0000) - 12_582_912
  }
}

/// The levels at `density` with the range beginning at `least`.
@inline(__always)
func affineLevel<Trials: AffineTrials, Rounding: AffineRounding>(
  _ value: AffineVector, _ density: AffineVector, _ least: AffineVector, _ trials: Trials.Type,
  _ rounding: Rounding.Type
) -> AffineVector {
  let top = AffineVector(repeating: Trials.greatest)
  let zero = AffineVector(repeating: 0)
  let rounded = Rounding.round(density * (value - least))
  let low = chosen(top .< rounded, top, rounded)
  return chosen(low .< zero, zero, low)
}

/// The weighted error of a level.
@inline(__always)
func affineError<Trials: AffineTrials>(
  _ x: AffineVector, _ w: AffineVector, _ level: AffineVector, _ scale: AffineVector,
  _ least: AffineVector, _ trials: Trials.Type
) -> AffineVector {
  let difference = scale * level + least - x
  return w
    * (Trials.isAbsolute ? difference.bits(and: 0x7fff_ffff, or: 0) : difference * difference)
}

/// Sets the levels of a trial, and sums them up.
@inline(__always)
func affineSums<Trials: AffineTrials, Rounding: AffineRounding>(
  _ state: AffineState, _ trials: Trials.Type, _ rounding: Rounding.Type
) {
  let (x, w, levels) = (state.x, state.w, state.levels)
  let zero = AffineVector(repeating: 0)
  let (density, least) = (state.candidate[0], state.least[0])
  var (sum, squares, products) = (zero, zero, zero)
  var i = 0
  while i < Trials.size {
    let level = affineLevel(x[i], density, least, trials, rounding)
    levels[i] = level
    let weighted = w[i] * level
    sum += weighted
    squares += weighted * level
    products += weighted * x[i]
    i &+= 1
  }
  state.sum[0] = sum
  state.squares[0] = squares
  state.products[0] = products
}

/// The error of the levels under a scale and a minimum.
@inline(__always)
func affineErrors<Trials: AffineTrials>(
  _ state: AffineState, _ scale: AffineRow, _ least: AffineRow, _ trials: Trials.Type
) {
  let (x, w, levels) = (state.x, state.w, state.levels)
  let (scale, least) = (scale[0], least[0])
  var sum = AffineVector(repeating: 0)
  var i = 0
  while i < Trials.size {
    sum += affineError(x[i], w[i], levels[i], scale, least, trials)
    i &+= 1
  }
  state.error[0] = sum
}

/// Prepares the search of the groups of a vector.
@inline(__always)
func startAffine<Trials: AffineTrials>(_ state: AffineState, _ trials: Trials.Type) {
  let (x, w) = (state.x, state.w)
  var bottom = x[0]
  var most = x[0]
  var mass = w[0]
  var moment = mass * x[0]
  var i = 1
  while i < Trials.size {
    let value = x[i]
    bottom = chosen(value .< bottom, value, bottom)
    most = chosen(value .> most, value, most)
    mass += w[i]
    moment += w[i] * value
    i &+= 1
  }
  let zero = AffineVector(repeating: 0)
  let least = chosen(bottom .> zero, zero, bottom)
  state.mass.pointee = mass
  state.moment.pointee = moment
  state.bottom.pointee = bottom
  state.most.pointee = most
  state.least.pointee = least
  state.start.pointee = least
  state.near.pointee = AffineVector(repeating: 1)
}

/// Sets the density of a trial that spreads the range over so many levels; 0 for groups without
/// range.
@inline(__always)
func spreadAffine<Rounding: AffineRounding>(
  _ state: AffineState, _ levels: Float, _ rounding: Rounding.Type
) {
  let zero = AffineVector(repeating: 0)
  let (least, most, bottom) = (state.least.pointee, state.most.pointee, state.bottom.pointee)
  let range = most - least
  let density = chosen(
    state.best.pointee .== AffineVector(repeating: -.infinity), zero,
    AffineVector(repeating: levels) / range)
  state.candidate.pointee = density
  guard !Rounding.isExact else { return }
  // Places grow with the weights, or fall with them.
  let limit = AffineVector(repeating: 4_194_303)
  let ends = (density * range).bits(and: 0x7fff_ffff, or: 0)
  let starts = (density * (bottom - least)).bits(and: 0x7fff_ffff, or: 0)
  let near = chosen(ends .<= limit, state.near.pointee, zero)
  state.near.pointee = chosen(starts .<= limit, near, zero)
}

/// Solves for scale and minimum of a trial by least squares.
@inline(__always)
func solveAffine(_ state: AffineState) {
  let zero = AffineVector(repeating: 0)
  let (mass, moment) = (state.mass.pointee, state.moment.pointee)
  let (sum, squares, products) = (state.sum.pointee, state.squares.pointee, state.products.pointee)
  let determinant = mass * squares - sum * sum
  let scale = (mass * products - moment * sum) / determinant
  let least = (squares * moment - sum * products) / determinant
  // Infinite where there is no solution, which makes the error infinite or NaN.
  let isSolved = determinant .> zero
  let isPositive = least .> zero
  let found = chosen(isPositive, products / squares, scale)
  state.fittedScale.pointee = chosen(isSolved, found, AffineVector(repeating: .infinity))
  state.fittedLeast.pointee = chosen(isPositive, zero, least)
}

/// Keeps a trial in the lanes where it is better than the best.
@inline(__always)
func keepAffine(_ state: AffineState) {
  let (error, best) = (state.error.pointee, state.best.pointee)
  let isBetter = error .< best
  state.best.pointee = chosen(isBetter, error, best)
  state.start.pointee = chosen(isBetter, state.least.pointee, state.start.pointee)
  state.density.pointee = chosen(isBetter, state.candidate.pointee, state.density.pointee)
  state.scale.pointee = chosen(isBetter, state.fittedScale.pointee, state.scale.pointee)
  state.least.pointee = chosen(isBetter, state.fittedLeast.pointee, state.least.pointee)
}

/// Searches the groups of all vectors.
///
/// Unless `Rounding` is exact the result is to be used only if the return value is true: no place of a
/// level was beyond 2^22.
@inline(never)
func fitAffine<Trials: AffineTrials, Rounding: AffineRounding>(
  _ state: AffineState, _ trials: Trials.Type, _ rounding: Rounding.Type
) -> Bool {
  let zero = AffineVector(repeating: 0)
  let none = AffineVector(repeating: -.infinity)
  startAffine(state, trials)
  // Nothing is better than the error of a group without range.
  state.best.pointee = chosen(state.most.pointee .== state.least.pointee, none, zero)
  spreadAffine(state, Trials.greatest, rounding)
  state.density.pointee = state.candidate.pointee
  state.scale.pointee = AffineVector(repeating: 1) / state.candidate.pointee
  affineSums(state, trials, rounding)
  affineErrors(state, state.scale, state.least, trials)
  let isFlat = state.best.pointee .== none
  state.best.pointee = chosen(isFlat, none, state.error.pointee)
  state.scale.pointee = chosen(isFlat, zero, state.scale.pointee)
  var trial = 0
  while trial < Trials.count {
    let spread = Trials.first + Trials.step * Float(trial) + Trials.greatest
    spreadAffine(state, spread, rounding)
    affineSums(state, trials, rounding)
    solveAffine(state)
    affineErrors(state, state.fittedScale, state.fittedLeast, trials)
    keepAffine(state)
    trial &+= 1
  }
  return (state.near.pointee - AffineVector(repeating: 1)).isZero
}
