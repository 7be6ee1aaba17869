import Failures
import Tensors
import Testing

/// A generator of equal sequences for equal seeds.
struct Sequence32: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}

/// Runs chains on arrays of element numbers: slow and plain.
enum Mover {
  static func apply(_ operation: LayoutOperation, _ data: [Float]) -> [Float] {
    switch operation {
    case .transpose(let batches, let rows, let columns):
      var result = data
      for batch in 0..<batches {
        for row in 0..<rows {
          for column in 0..<columns {
            let base = batch * rows * columns
            result[base + column * rows + row] = data[base + row * columns + column]
          }
        }
      }
      return result
    case .reshape: return data
    case .values(.add(let constant)): return data.map { $0 + constant }
    case .values: return data
    }
  }

  static func run(_ chain: LayoutChain, _ sources: [[Float]]) -> [Float] {
    let before = zip(chain.before, sources).map { operations, data in
      operations.reduce(data) { apply($1, $0) }
    }
    var gathered: [Float] = []
    let width = chain.columns
    chain.forEachRun(in: 0..<chain.rowCount) { target, source, row, count in
      #expect(target * width == gathered.count)
      gathered += before[source][row * width..<(row + count) * width]
    }
    return chain.after.reduce(gathered) { apply($1, $0) }
  }

  /// The canonical layout of each part of a stored layout.
  static func canonical(_ layout: StoredLayout) -> [StoredLayout] {
    layout.parts.map { StoredLayout(parts: [$0], steps: [], isBias: layout.isBias) }
  }
}

@Suite struct LayoutTests {
  static func numbers(_ shape: Shape, from start: Int = 0) -> [Float] {
    (0..<(shape.elementCount ?? 0)).map { Float(start + $0) }
  }

  /// Random parts and arguments that fit a step.
  static func example(
    _ name: String, _ random: inout Sequence32
  ) -> (parts: [Shape], steps: [LayoutStep], isBias: Bool) {
    let isBias = Bool.random(using: &random)
    let columns = Int.random(in: 1...5, using: &random)
    let batches = Int.random(in: 1...3, using: &random)
    func shape(_ rows: Int) -> Shape {
      var axes = batches > 1 ? [batches, rows] : [rows]
      if !isBias { axes.append(columns) }
      return Shape(axes)
    }
    switch name {
    case "join":
      let groups = Int.random(in: 1...4, using: &random)
      let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        shape(groups * Int.random(in: 1...3, using: &random))
      }
      return (parts, [LayoutStep("join", [Double(groups)])], isBias)
    case "interleave_rope":
      let heads = Int.random(in: 1...4, using: &random)
      let half = Int.random(in: 1...5, using: &random)
      return ([shape(heads * half * 2)], [LayoutStep(name, [Double(heads)])], isBias)
    case "view":
      let part = shape(Int.random(in: 1...6, using: &random))
      let count = Double(part.elementCount ?? 0)
      return ([part], [LayoutStep(name, [1, count])], isBias)
    case "add": return ([shape(3)], [LayoutStep(name, [2])], isBias)
    default:
      return ([shape(Int.random(in: 1...6, using: &random))], [LayoutStep(name)], isBias)
    }
  }

  @Test(arguments: LayoutTransforms.all.map { $0.name })
  func everyStepHasItsInverse(_ name: String) throws {
    var random = Sequence32(state: 7)
    for _ in 0..<200 {
      let (parts, steps, isBias) = Self.example(name, &random)
      let layout = StoredLayout(
        parts: parts.enumerated().map { LayoutPart(tensor: $0, shape: $1) }, steps: steps,
        isBias: isBias)
      let shape = try layout.storedShape()
      let canonical = Mover.canonical(layout)
      var data: [[Float]] = []
      for part in parts { data.append(Self.numbers(part, from: 100 * data.count)) }
      let stored = Mover.run(try LayoutChain(from: canonical, to: layout), data)
      #expect(stored.count == shape.elementCount)
      for (index, part) in canonical.enumerated() {
        let back = try LayoutChain(from: [layout], to: part)
        #expect(Mover.run(back, [stored]) == data[index], "\(name) \(parts) \(steps)")
      }
      let itself = try LayoutChain(from: [layout], to: layout)
      #expect(itself.isIdentity)
    }
  }

  @Test func interleaveIsThePeersPermutation() throws {
    let part = LayoutPart(tensor: 0, shape: [8, 1])
    let stored = StoredLayout(
      parts: [part], steps: [LayoutStep("interleave_rope", [2])], isBias: false)
    let plain = StoredLayout(parts: [part], steps: [], isBias: false)
    let result = Mover.run(try LayoutChain(from: [plain], to: stored), [Self.numbers([8, 1])])
    #expect(result == [0, 2, 1, 3, 4, 6, 5, 7])
  }

  @Test func joinLaysGroupsSideBySide() throws {
    let parts = [
      LayoutPart(tensor: 0, shape: [4]), LayoutPart(tensor: 1, shape: [2]),
      LayoutPart(tensor: 2, shape: [2]),
    ]
    let stored = StoredLayout(parts: parts, steps: [LayoutStep("join", [2])], isBias: false)
    let data = [[0, 1, 2, 3], [10, 11], [20, 21]] as [[Float]]
    let result = Mover.run(try LayoutChain(from: Mover.canonical(stored), to: stored), data)
    #expect(result == [0, 1, 10, 20, 2, 3, 11, 21])
  }

  /// GPT-2: the join of both sides cancels and a transposition is left.
  @Test func commonStepsCancel() throws {
    let parts = (0..<3).map { LayoutPart(tensor: $0, shape: [2, 4]) }
    let join = LayoutStep("join", [1])
    let source = StoredLayout(parts: parts, steps: [join, LayoutStep("transpose")], isBias: false)
    let target = StoredLayout(parts: parts, steps: [join], isBias: false)
    let chain = try LayoutChain(from: [source], to: target)
    #expect(chain.keepsRows)
    #expect(chain.after.isEmpty)
    #expect(chain.before == [[.transpose(batches: 1, rows: 4, columns: 6)]])
  }

  /// DeepSeek's kv_b: rows of one stored tensor go into two, one of them transposed.
  @Test func splitsAndTransposes() throws {
    let parts = [
      LayoutPart(tensor: 0, shape: [2, 3, 4]), LayoutPart(tensor: 1, shape: [2, 5, 4]),
    ]
    let source = StoredLayout(
      parts: parts, steps: [LayoutStep("join", [1]), LayoutStep("view", [16, 4])], isBias: false)
    let keys = StoredLayout(
      parts: [parts[0]], steps: [LayoutStep("transpose")], isBias: false)
    let chain = try LayoutChain(from: [source], to: keys)
    let result = Mover.run(chain, [Self.numbers([16, 4])])
    // Head 0 has rows 0-2, head 1 rows 8-10; each is turned.
    #expect(result[0..<4] == [0, 4, 8, 1])
    #expect(result[12..<16] == [32, 36, 40, 33])
  }

  @Test func expertsAreStackedAndSpread() throws {
    let whole = LayoutPart(tensor: 0, shape: [3, 2, 4])
    let slices = (0..<3).map { LayoutPart(tensor: 0, slice: $0, shape: [2, 4]) }
    let stacked = StoredLayout(parts: [whole], steps: [], isBias: false)
    let spread = slices.map { StoredLayout(parts: [$0], steps: [], isBias: false) }
    let chain = try LayoutChain(from: spread.reversed(), to: stacked)
    let data = (0..<3).map { Self.numbers([2, 4], from: 8 * $0) }
    #expect(Mover.run(chain, data.reversed()) == Self.numbers([3, 2, 4]))
    let back = try LayoutChain(from: [stacked], to: spread[1])
    #expect(Mover.run(back, [Self.numbers([3, 2, 4])]) == data[1])
    #expect(!back.keepsRows)
    #expect(throws: TensorError.self) {
      _ = try LayoutChain(from: Array(spread.dropLast()), to: stacked)
    }
  }

  /// A norm for each head: vectors that are the rows of one tensor.
  @Test func vectorsAreStackedAndSpread() throws {
    let stacked = StoredLayout(
      parts: [LayoutPart(tensor: 0, shape: [3, 8])], steps: [], isBias: false)
    let spread = (0..<3).map {
      StoredLayout(
        parts: [LayoutPart(tensor: 0, slice: $0, shape: [8])], steps: [], isBias: false)
    }
    let chain = try LayoutChain(from: spread.reversed(), to: stacked)
    let data = (0..<3).map { Self.numbers([8], from: 8 * $0) }
    #expect(Mover.run(chain, data.reversed()) == Self.numbers([3, 8]))
    #expect(chain.rowCount == 3 && chain.columns == 8)
    let back = try LayoutChain(from: [stacked], to: spread[2])
    #expect(Mover.run(back, [Self.numbers([3, 8])]) == data[2])
    #expect(throws: TensorError.self) {
      _ = try LayoutChain(from: Array(spread.dropFirst()), to: stacked)
    }
  }

  @Test func valueMapsUndoOneAnother() {
    #expect(ValueMap.add(1).inverse == .add(-1))
    #expect(ValueMap.logNegative.inverse == .negativeExponential)
    #expect(ValueMap.negativeExponential.inverse == .logNegative)
  }

  @Test func misfitsAreErrors() {
    func shape(_ parts: [Shape], _ steps: [LayoutStep], isBias: Bool = false) -> String {
      let layout = StoredLayout(
        parts: parts.enumerated().map { LayoutPart(tensor: $0, shape: $1) }, steps: steps,
        isBias: isBias)
      do throws(TensorError) {
        return try layout.storedShape().description
      } catch { return error.codeName }
    }
    #expect(shape([[4, 2]], [LayoutStep("interleave_rope", [4])]) == "tensor.shape")
    #expect(shape([[4, 2]], [LayoutStep("interleave_rope", [0])]) == "tensor.layout")
    #expect(shape([[4, 2]], [LayoutStep("interleave_rope", [1.5])]) == "tensor.layout")
    #expect(shape([[4, 2], [4, 3]], [LayoutStep("join", [1])]) == "tensor.shape")
    #expect(shape([[4, 2], [3, 2]], [LayoutStep("join", [2])]) == "tensor.shape")
    #expect(shape([[4, 2], [4, 2]], []) == "tensor.layout")
    #expect(shape([[4]], [LayoutStep("transpose")]) == "tensor.shape")
    #expect(shape([[4, 2]], [LayoutStep("view", [3, 3])]) == "tensor.shape")
    #expect(shape([[4, 2]], [LayoutStep("twist")]) == "tensor.layout")
    #expect(shape([[4, 2]], [LayoutStep("transpose", [1])]) == "tensor.layout")
    #expect(shape([[Int.max, 2]], [LayoutStep("transpose")]) == "tensor.shape")
    #expect(shape([[]], [LayoutStep("join", [1])]) == "tensor.shape")
  }
}
