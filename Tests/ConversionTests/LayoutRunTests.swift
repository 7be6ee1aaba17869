import ByteIO
import Checkpoints
import Failures
import Foundation
import Quantization
import Tensors
import Testing
import _TestSupport

@testable import Conversion

/// Every kind of layout is run: bytes are those of a plain element-by-element model, whatever the tile
/// size, the number of threads and the type of the source.
@Suite struct LayoutRunTests {
  /// Layouts of sources and of the target, over the same parts.
  struct Case: CustomStringConvertible, Sendable {
    let name: String
    let sources: [StoredLayout]
    let target: StoredLayout
    var description: String { name }

    var back: Case? {
      // Several targets would be needed to hold all parts.
      guard sources.count == 1, Set(sources[0].parts) == Set(target.parts) else { return nil }
      return Case(name: name + ", back", sources: [target], target: sources[0])
    }
  }

  static func layout(
    _ parts: [LayoutPart], _ steps: [LayoutStep] = [], isBias: Bool = false
  ) -> StoredLayout { StoredLayout(parts: parts, steps: steps, isBias: isBias) }

  static func step(_ name: String, _ arguments: Double...) -> LayoutStep {
    LayoutStep(name, arguments)
  }

  static let cases: [Case] = {
    func parts(_ shapes: Shape...) -> [LayoutPart] {
      shapes.enumerated().map { LayoutPart(tensor: $0, shape: $1) }
    }
    let join = step("join", 1)
    let turn = step("transpose")
    var cases: [Case] = []
    // GPT-2: fused, and stored as [in, out].
    let qkv = parts([32, 64], [32, 64], [32, 64])
    cases.append(
      Case(
        name: "conv1d", sources: [layout(qkv, [join, turn])], target: layout(qkv, [join])))
    // gpt-oss: experts, even rows gate and odd rows up, stored as [in, out].
    let experts = parts([3, 32, 96], [3, 32, 96])
    let fused = layout(experts, [step("join", 32), turn])
    for index in 0..<2 {
      cases.append(
        Case(name: "experts \(index)", sources: [fused], target: layout([experts[index]])))
    }
    cases.append(
      Case(
        name: "experts, back", sources: [layout([experts[0]]), layout([experts[1]])],
        target: fused))
    // Multi-head latent attention: rows of heads, keys transposed.
    let heads = parts([2, 64, 32], [2, 96, 32])
    let packed = layout(heads, [join, step("view", 320, 32)])
    cases.append(
      Case(name: "latent keys", sources: [packed], target: layout([heads[0]], [turn])))
    cases.append(
      Case(
        name: "latent, back",
        sources: [layout([heads[0]], [turn]), layout([heads[1]])], target: packed))
    // Experts in tensors of their own, each transposed.
    let slices = (0..<3).map { LayoutPart(tensor: 0, slice: $0, shape: [64, 32]) }
    let stack = LayoutPart(tensor: 0, shape: [3, 64, 32])
    cases.append(
      Case(
        name: "stacked", sources: slices.map { layout([$0], [turn]) }, target: layout([stack])))
    cases.append(
      Case(
        name: "spread", sources: [layout([stack], [turn])], target: layout([slices[1]], [])))
    // Transposed on both sides, rows moved between; and rows of another length.
    let wide = parts([64, 128])
    cases.append(
      Case(
        name: "twice", sources: [layout(wide, [step("interleave_rope", 4), turn])],
        target: layout(wide, [turn])))
    cases.append(
      Case(
        name: "recut", sources: [layout(wide, [step("view", 32, 256)])], target: layout(wide)))
    cases.append(
      Case(
        name: "recut and turned",
        sources: [layout(wide, [step("interleave_rope", 2), step("view", 128, 64), turn])],
        target: layout(wide, [turn, step("view", 32, 256)])))
    // Values.
    cases.append(
      Case(name: "added", sources: [layout(wide, [step("add", -1)])], target: layout(wide)))
    cases.append(
      Case(
        name: "logarithm", sources: [layout(wide, [step("log_neg"), turn])],
        target: layout(wide)))
    cases.append(
      Case(
        name: "added rows",
        sources: [layout(wide)], target: layout(wide, [step("interleave_rope", 2), step("add", 3)]))
    )
    return cases + cases.compactMap(\.back)
  }()

  @Test func everyStepIsThere() {
    let used = Set(Self.cases.flatMap { ($0.sources + [$0.target]).flatMap(\.steps) }.map(\.name))
    #expect(used == Set(LayoutTransforms.all.map { $0.name }))
  }

  static let encodings = ["i8", "bf16", "f32", "f64", "q8_0", "mxfp4"]

  @Test(arguments: cases, encodings)
  func bytesAreThoseOfAPlainModel(item: Case, encoding name: String) throws {
    let origin = try #require(Encoding.named(name))
    let chain = try LayoutChain(from: item.sources, to: item.target)
    let maps = chain.valueMaps
    if origin == Encoding(.i8), !maps.isEmpty { return }
    let folder = try TemporaryFolder()
    var tensors: [(shape: Shape, bytes: [UInt8])] = []
    for (index, source) in item.sources.enumerated() {
      let shape = try source.storedShape()
      // Below zero where a logarithm is asked for.
      let values = Self.numbers(shape.elementCount ?? 0, seed: UInt64(index + 1)).map {
        maps == [.logNegative] ? -abs($0) - 0.01 : $0
      }
      tensors.append((shape, try Self.stored(values, origin)))
    }
    let path = folder.path("in.gguf")
    try Self.write(path, origin, tensors)
    let source = try SourceCheckpoint(path)
    let map = SourceMap(tensors: Array(tensors.indices), chain: chain)
    let working = map.workingEncoding(of: origin)
    let expected = try Self.model(chain, tensors.map(\.bytes), origin, working)
    let shape = try item.target.storedShape()

    for tileElements in [1, 100, 4096, 1 << 20] {
      for threads in [1, 3] {
        let output = folder.path("out-\(tileElements)-\(threads).gguf")
        var router = Router()
        let route = try router.route(
          from: origin, through: working, to: working, of: shape, tensor: "t")
        let planned = PlannedTensor(
          name: "t", shape: shape, encoding: working, origin: .source(map), route: 0,
          fidelity: route.fidelity, byteCount: try #require(working.byteCount(shape)),
          importance: nil, reason: nil, layoutText: nil)
        let files = try GGUFFormat.layOut(
          WriteRequest(
            tensors: [.init(name: "t", encoding: working, shape: shape)], metadata: [:],
            fileName: "out.gguf"))
        let plan = Plan(
          source: .init(path: path, format: "gguf", dialect: .gguf, isFolder: false, byteCount: 0),
          target: .init(
            path: output, format: "gguf", dialect: .gguf, isFolder: false, byteCount: 0),
          architecture: nil, documents: [], tensors: [planned], routes: [route], files: files,
          metadata: [:], lost: [], checks: [], fallbacks: [], adapters: [], warnings: [],
          threads: threads,
          tileElements: tileElements, bufferBytes: 0)
        var options = RunOptions()
        options.sync = false
        _ = try Executor(plan: plan, source: source, options: options).run()
        let found = try Self.bytes(output)
        #expect(found == expected, "tiles of \(tileElements), \(threads) threads")
      }
    }
  }

  /// A matrix far beyond the budget of one tile: what a thread holds does not grow with it.
  @Test(arguments: ["bf16", "q8_0"]) func memoryIsBounded(name: String) throws {
    let origin = try #require(Encoding.named(name))
    let part = LayoutPart(tensor: 0, shape: [16384, 65536])
    let chain = try LayoutChain(
      from: [Self.layout([part], [Self.step("transpose")])], to: Self.layout([part]))
    let map = SourceMap(tensors: [0], chain: chain)
    let working = map.workingEncoding(of: origin)
    var router = Router()
    let target = Encoding(.f32)
    let route = try router.route(
      from: origin, through: working, to: target, of: part.shape, tensor: "t")
    let planned = PlannedTensor(
      name: "t", shape: part.shape, encoding: target, origin: .source(map), route: 0,
      fidelity: route.fidelity, byteCount: try #require(target.byteCount(part.shape)),
      importance: nil, reason: nil, layoutText: nil)
    let work = try WorkList.work(
      planned, route, file: 0, extent: 0, offset: 0, needsChecksum: false, firstTile: 0,
      tileElements: WorkList.tileElements)
    #expect(TileBuffers.byteCount(for: work) < 24 << 20)
    #expect(work.grid.count > 100)
    #expect(work.decodingLinks == (name == "bf16" ? 0 : 1))
  }

  /// A number without an image is named with its place.
  @Test func positiveNumbersHaveNoLogarithm() throws {
    let folder = try TemporaryFolder()
    let part = LayoutPart(tensor: 0, shape: [2, 3])
    let path = folder.path("in.gguf")
    try Self.write(
      path, Encoding(.f32), [([2, 3], Self.bits([-1, -2, 0, -.infinity, 0.5, .nan]))])
    let chain = try LayoutChain(
      from: [Self.layout([part])], to: Self.layout([part], [Self.step("log_neg")]))
    let map = SourceMap(tensors: [0], chain: chain)
    var router = Router()
    let f32 = Encoding(.f32)
    let route = try router.route(from: f32, through: f32, to: f32, of: part.shape, tensor: "t")
    let planned = PlannedTensor(
      name: "t", shape: part.shape, encoding: f32, origin: .source(map), route: 0,
      fidelity: .rounded, byteCount: 24, importance: nil, reason: nil, layoutText: nil)
    let work = try WorkList.work(
      planned, route, file: 0, extent: 0, offset: 0, needsChecksum: false, firstTile: 0,
      tileElements: 6)
    let runner = TileRunner(
      source: try SourceCheckpoint(path), files: [], importance: nil, saturate: true)
    var result = TileRunner.Result(byteCount: 0)
    let error = #expect(throws: ConversionError.self) {
      _ = try runner.make(work, 0..<6, &result)
    }
    #expect(error?.code == .value)
    #expect(error?.message.contains("0.5 at row 1, column 1") == true, "\(error?.message ?? "")")
  }

  // MARK: The plain model

  private static func model(
    _ chain: LayoutChain, _ sources: [[UInt8]], _ origin: Encoding, _ working: Encoding
  ) throws -> [UInt8] {
    if chain.valueMaps.isEmpty, !chain.transposes {
      // Rows of blocks.
      let bytes = try #require(origin.byteCount(elements: chain.columns))
      var result: [UInt8] = []
      for row in 0..<chain.rowCount {
        let (source, place) = chain.origin(of: row)
        result += sources[source][place * bytes..<(place + 1) * bytes]
      }
      return result
    }
    let size = working.blockBits / 8
    var counts: [Int] = []
    var data: [[UInt8]] = []
    for source in sources {
      let elements = source.count * 8 / origin.blockBits * origin.blockElements
      counts.append(elements)
      data.append(working == origin ? source : bits(try decoded(source, origin, elements)))
    }
    var moved = zip(counts, chain.before).enumerated().map { source, item in
      item.1.reduce((0..<item.0).map { (source, $0) }) { move($1, $0) }
    }
    var gathered: [(Int, Int)] = []
    for row in 0..<chain.rowCount {
      let (source, place) = chain.origin(of: row)
      gathered += moved[source][place * chain.columns..<(place + 1) * chain.columns]
    }
    moved = []
    let final = chain.after.reduce(gathered) { move($1, $0) }
    var result = final.flatMap { data[$0.0][$0.1 * size..<($0.1 + 1) * size] }
    for map in chain.valueMaps {
      let index = result.withUnsafeMutableBytes { map.apply(to: $0.bindMemory(to: Float.self)) }
      #expect(index == nil)
    }
    return result
  }

  private static func move<Element>(
    _ operation: LayoutOperation, _ data: [Element]
  ) -> [Element] {
    guard case .transpose(let batches, let rows, let columns) = operation else { return data }
    var result: [Element] = []
    for batch in 0..<batches {
      for column in 0..<columns {
        for row in 0..<rows { result.append(data[(batch * rows + row) * columns + column]) }
      }
    }
    return result
  }

  private static func decoded(
    _ bytes: [UInt8], _ encoding: Encoding, _ count: Int
  ) throws -> [Float] {
    var values = [Float](repeating: 0, count: count)
    if let type = encoding.scalarType {
      let conversion = try #require(ScalarConversion(from: type, to: .f32))
      bytes.withUnsafeBytes { from in
        values.withUnsafeMutableBytes { _ = conversion.run(from, into: $0, count: count) }
      }
    } else {
      let codec = try #require(encoding.quantType?.codec)
      bytes.withUnsafeBytes { from in
        values.withUnsafeMutableBufferPointer { codec.decode(from, into: $0) }
      }
    }
    return values
  }

  private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648 * 4
    }
  }

  private static func bits(_ values: [Float]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

  private static func stored(_ values: [Float], _ encoding: Encoding) throws -> [UInt8] {
    if let type = encoding.scalarType, type.kind == .float {
      let conversion = try #require(ScalarConversion(from: .f32, to: type))
      var bytes = [UInt8](repeating: 0, count: values.count * type.bits / 8)
      values.withUnsafeBytes { from in
        bytes.withUnsafeMutableBytes { _ = conversion.run(from, into: $0, count: values.count) }
      }
      return bytes
    }
    let count = try #require(encoding.byteCount(elements: values.count))
    guard let codec = encoding.quantType?.codec else {
      return (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }
    var bytes = [UInt8](repeating: 0, count: count)
    values.withUnsafeBytes { from in
      bytes.withUnsafeMutableBytes {
        _ = codec.encode(
          from, of: .f32, elementCount: values.count, columns: values.count, importance: nil,
          into: $0)
      }
    }
    return bytes
  }

  private static func write(
    _ path: String, _ encoding: Encoding, _ tensors: [(shape: Shape, bytes: [UInt8])]
  ) throws {
    let files = try GGUFFormat.layOut(
      WriteRequest(
        tensors: tensors.enumerated().map {
          .init(name: "s\($0)", encoding: encoding, shape: $1.shape)
        }, metadata: [:], fileName: "in.gguf"))
    let file = try #require(files.first)
    var bytes = [UInt8](repeating: 0, count: Int(file.size))
    for segment in file.segments {
      bytes.replaceSubrange(
        Int(segment.offset)..<Int(segment.offset) + segment.bytes.count, with: segment.bytes)
    }
    for extent in file.extents {
      bytes.replaceSubrange(
        Int(extent.offset)..<Int(extent.offset) + extent.byteCount,
        with: tensors[extent.tensor].bytes)
    }
    try Data(bytes).write(to: URL(filePath: path))
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    let reader = try SourceCheckpoint(path).reader
    var bytes = [UInt8](repeating: 0, count: reader.tensors[0].byteCount)
    try bytes.withUnsafeMutableBytes {
      try reader.read(tensor: 0, range: 0..<$0.count, into: $0)
    }
    return bytes
  }
}
