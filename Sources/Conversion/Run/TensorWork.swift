internal import ByteIO
internal import Checkpoints
internal import Failures
internal import Tensors

/// One tensor of the output, ready to be run: where it goes, its tiles and its stages.
struct TensorWork {
  let tensor: PlannedTensor
  let route: Route
  let stages: [any Stage]
  let file: Int
  let offset: UInt64
  /// Index of the extent in its file, for checksums.
  let extent: Int
  let needsChecksum: Bool
  let grid: TileGrid
  /// Tiles of all tensors before this one.
  let firstTile: Int
  /// The target as a view of the sources, if elements move otherwise than in whole rows.
  let view: RowsView?
  /// Links of the route that are run before elements are moved: they decode blocks.
  let decodingLinks: Int
  /// How values change.
  let valueMaps: [ValueMap]
  /// Elements of the panels in which matrices are transposed.
  let panelElements: Int

  /// Whether elements are decoded before they are moved.
  var readsDecoded: Bool { decodingLinks > 0 }
  /// Transpositions that stand one upon another.
  var viewDepth: Int { view?.depth ?? 0 }
  /// The link of the route before which values change: the first that begins with f32.
  var mappingLink: Int? {
    valueMaps.isEmpty ? nil : encodings.firstIndex(of: SourceMap.mapped)
  }

  /// The encodings from the source's to the target's.
  var encodings: [Encoding] { [route.origin] + route.links.map(\.target) }

  /// Whether the bytes of the source can be copied as they are.
  var isCopy: Bool {
    guard case .source(let map) = tensor.origin else { return false }
    return route.links.isEmpty && map.chain == nil
  }
}

/// All work of a plan, and the numbering of its tiles in output order.
struct WorkList {
  let items: [TensorWork]
  let tileCount: Int

  /// Elements that a tile of a converted tensor should have, where memory allows it.
  static let tileElements = 1 << 20
  /// Elements below which tiles are not cut further, however little memory there is.
  static let fewestElements = 1 << 12

  init(_ plan: Plan) throws(ConversionError) {
    var items: [TensorWork] = []
    items.reserveCapacity(plan.tensors.count)
    try Self.forEach(in: plan) { items.append($0) }
    self.items = items
    tileCount = items.last.map { $0.firstTile + $0.grid.count } ?? 0
  }

  /// Most bytes that the buffers of one thread need.
  static func bufferBytes(of plan: Plan) throws(ConversionError) -> Int {
    var buffers = 0
    try forEach(in: plan) { buffers = max(buffers, TileBuffers.byteCount(for: $0)) }
    return buffers
  }

  private static func forEach(
    in plan: Plan, _ body: (TensorWork) -> Void
  ) throws(ConversionError) {
    var tiles = 0
    for (fileIndex, file) in plan.files.enumerated() {
      var checked = Set<Int>()
      for slot in file.slots {
        switch slot.value {
        case .crc32(let extent): checked.insert(extent)
        }
      }
      for (extentIndex, extent) in file.extents.enumerated() {
        guard plan.tensors.indices.contains(extent.tensor) else {
          throw ConversionError(.internal, "extent of a tensor that is not planned")
        }
        let tensor = plan.tensors[extent.tensor]
        let route = plan.routes[tensor.route]
        let work = try work(
          tensor, route, file: fileIndex, extent: extentIndex, offset: extent.offset,
          needsChecksum: checked.contains(extentIndex), firstTile: tiles,
          tileElements: plan.tileElements)
        tiles += work.grid.count
        body(work)
      }
    }
  }

  /// The tensor that a tile belongs to.
  func item(ofTile tile: Int) -> TensorWork {
    var low = 0
    var high = items.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if items[middle].firstTile <= tile { low = middle } else { high = middle }
    }
    return items[low]
  }

  /// The work of one tensor, with its tiles.
  static func work(
    _ tensor: PlannedTensor, _ route: Route, file: Int, extent: Int, offset: UInt64,
    needsChecksum: Bool, firstTile: Int, tileElements: Int
  ) throws(ConversionError) -> TensorWork {
    var stages: [any Stage] = []
    var rowElements: Int?
    var period = 1
    var multiples: [Int] = []
    for link in route.links {
      guard let stage = Stages.named(link.stage) else {
        throw ConversionError(.internal, "the plan names the unknown stage '\(link.stage)'")
      }
      stages.append(stage)
      switch stage.granularity {
      case .elements(let multiple): multiples.append(multiple)
      case .rows(let multiple):
        rowElements = tensor.shape.columns
        period = max(period, multiple)
      case .wholeTensor:
        rowElements = tensor.shape.columns
        period = max(period, tensor.shape.rows ?? 1)
      }
    }
    var view: RowsView?
    var decodingLinks = 0
    var valueMaps: [ValueMap] = []
    if case .source(let map) = tensor.origin, let chain = map.chain {
      valueMaps = chain.valueMaps
      if chain.transposes {
        view = RowsView(chain)
        decodingLinks = try Self.decodingLinks(tensor, route, map)
      }
      if let columns = view?.columns ?? (chain.keepsRows ? nil : chain.columns) {
        rowElements = TileGrid.leastCommonMultiple(max(1, rowElements ?? 1), max(1, columns))
      }
    }
    let isCopy = stages.isEmpty && rowElements == nil && valueMaps.isEmpty
    let encodings = [route.origin] + route.links.map(\.target)
    // A tile of a transposed matrix is read in pieces of the source's rows: wider ones cost less.
    let target =
      isCopy
      ? 4 * tileElements * 8 / max(1, route.origin.blockBits) * route.origin.blockElements
      : view == nil ? tileElements : 2 * tileElements
    let count = tensor.shape.elementCount ?? 0
    let grid = TileGrid(
      elementCount: count, rowElements: rowElements, encodings: encodings, multiples: multiples,
      period: period, target: target)
    return TensorWork(
      tensor: tensor, route: route, stages: stages, file: file, offset: offset, extent: extent,
      needsChecksum: needsChecksum, grid: grid, firstTile: firstTile, view: view,
      decodingLinks: decodingLinks, valueMaps: valueMaps,
      panelElements: min(RowsReader.panelElements, max(1, tileElements)))
  }

  /// Links that lead to the encoding in which the elements of a tensor are moved.
  private static func decodingLinks(
    _ tensor: PlannedTensor, _ route: Route, _ map: SourceMap
  ) throws(ConversionError) -> Int {
    let moved = map.movedEncoding(of: route.origin)
    if moved == route.origin { return 0 }
    guard let link = route.links.firstIndex(where: { $0.target == moved }) else {
      throw ConversionError(
        .internal, "the route \(route.text) does not lead over \(moved)",
        at: Place(tensor: tensor.name))
    }
    return link + 1
  }
}
