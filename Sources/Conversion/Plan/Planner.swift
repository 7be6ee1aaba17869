internal import Architectures
internal import ByteIO
internal import Checkpoints
internal import Documents
public import Failures
internal import Tensors

/// Turns a request into a plan: reads headers and configuration, never the bulk.
public struct Planner: Sendable {
  private(set) var request: ConversionRequest
  let source: SourceCheckpoint
  let destination: Destination
  let choice: TypeChoice
  /// The adapters that are merged as the source is read.
  let merge: AdapterMerge?

  /// Opens the source and checks the request's options.
  public init(_ request: ConversionRequest) throws(ConversionError) {
    self.request = request
    choice = try TypeChoice(request)
    let opened = try SourceCheckpoint(request.source)
    destination = try Destination(request, opened, choice)
    let source =
      Naming.translates(request, opened, destination) ? opened.withPackings() : opened
    try destination.checkApart(from: source)
    merge = try AdapterMerge(request, source, destination)
    self.source =
      if let merge {
        source.merging(merge)
      } else {
        try source.translatingAdapter(&self.request, destination, choice)
      }
  }

  /// The plan, and the source it was made for.
  public func plan() throws(ConversionError) -> (plan: Plan, source: SourceCheckpoint) {
    let naming = try Naming(request, source, destination, choice)
    var mapping = try naming.mapping(source.reader)
    if request.dequantizes { mapping.forgetKeptEncodings() }
    let pruning = try pruning(mapping)
    pruning?.apply(to: &mapping)
    try merge?.mark(&mapping)
    source.markAdapter(&mapping)
    let importance = try PlannedImportance(request, mapping.items, pruning)
    let model = Prepared(
      naming: naming, mapping: consume mapping, pruning: pruning, importance: importance)
    guard let budget = request.types.budget else {
      return (try plan(consume model, choice), source)
    }
    return (try plan(model, under: budget), source)
  }

  /// What does not depend on types.
  private struct Prepared {
    let naming: Naming
    var mapping: TensorMapping
    let pruning: LayerPruning?
    let importance: PlannedImportance?
  }

  /// The plan whose types a budget chooses; its recipe is written if that is wanted.
  private func plan(
    _ model: Prepared, under budget: BudgetOptions
  ) throws(ConversionError) -> Plan {
    guard case .recipe(let rules, let options) = choice else {
      throw ConversionError(.internal, "a budget without rules")
    }
    try budget.checkFiles(
      apartFrom: source.reader.files + [source.path] + (model.importance?.file.files ?? []),
      and: destination.path)
    let keys = try recipeKeys(model, rules)
    var planner = try BudgetPlanner(
      budget,
      try BudgetModel(
        items: model.mapping.items, keys: keys, options: options, importance: model.importance,
        allowRequantize: request.allowRequantize), source: source, threads: request.threads)
    let plan = try planner.plan { choice throws(ConversionError) in try self.plan(model, choice) }
    if let path = budget.savedRecipe, let planned = plan.budget {
      try WholeFile.write(
        Array(planned.recipeText.utf8), to: path, replace: budget.replacesRecipe)
    }
    return plan
  }

  /// The plan with types chosen so.
  private func plan(
    _ model: consuming Prepared, _ choice: TypeChoice
  ) throws(ConversionError) -> Plan {
    let (naming, pruning, importance) = (model.naming, model.pruning, model.importance)
    var planned = TensorPlanner(
      choice: choice, format: destination.format, naming: naming, importance: importance,
      reader: source.reader)
    try planned.add(model.mapping.items, try recipeTypes(model, choice))
    try check(requantized: planned.requantized)
    let tensors = planned.tensors
    let written = planned.written(model.mapping.items)
    model.mapping.items = []
    let documents = try DocumentPlanner(
      request: request, source: source, destination: destination, naming: naming, choice: choice,
      tensors: written, classes: tensors.map(\.fidelity),
      sourceEncodings: planned.sourceEncodings, importance: importance, pruning: pruning,
      merge: merge
    ).make()
    model.mapping.warnings += documents.warnings
    let files = try layOut(written, documents, shards(of: tensors))
    var plan = Plan(
      source: side(naming), target: target(naming, files), architecture: naming.text,
      documents: documents.routes, tensors: tensors, routes: planned.routes, files: files,
      metadata: documents.metadata, lost: model.mapping.lost, checks: model.mapping.checks,
      fallbacks: planned.fallbacks, adapters: merge?.planned ?? [], importance: importance,
      recipe: choice.recipeName,
      warnings: (importance?.warnings ?? []) + source.reader.warnings + naming.warnings
        + model.mapping.warnings,
      threads: request.threads, tileElements: WorkList.tileElements, bufferBytes: 0)
    try fit(&plan)
    return plan
  }

  private func pruning(_ mapping: TensorMapping) throws(ConversionError) -> LayerPruning? {
    guard !request.prunedLayers.isEmpty else { return nil }
    guard destination.format.dialect == .gguf else {
      throw ConversionError(
        .policy, "--prune-layers renumbers GGUF's names; \(destination.format.id) has others")
    }
    return try LayerPruning(request.prunedLayers, names: mapping.items.lazy.map(\.name))
  }

  private func recipeTypes(
    _ model: Prepared, _ choice: TypeChoice
  ) throws(ConversionError) -> RecipeTypes? {
    guard case .recipe(let recipe, let options) = choice else { return nil }
    return try RecipeTypes(
      recipe, options, items: model.mapping.items, keys: try recipeKeys(model, recipe),
      importance: model.importance)
  }

  /// The keys that tell a recipe of the model.
  private func recipeKeys(
    _ model: Prepared, _ recipe: Recipe
  ) throws(ConversionError) -> Metadata {
    guard destination.format.dialect == .gguf else {
      let types = TypeChoice.writable.filter(destination.format.canHold).map(\.name)
      let name = request.types.budget == nil ? "the recipe \(recipe.name)" : "a budget"
      throw ConversionError(
        .cannotHold,
        "\(name) gives types of GGUF to GGUF's names; \(destination.format.id) "
          + "takes one of the types \(types.joined(separator: " ")), or --to gguf")
    }
    // Rules that count layers count those of the source, as llama-quantize's do when it leaves some out.
    return try DocumentPlanner.modelKeys(request: request, source: source, naming: model.naming)
  }

  private func layOut(
    _ tensors: [WriteRequest.Tensor], _ documents: PlannedDocuments, _ shards: [Int]?
  ) throws(ConversionError) -> [PlannedFile] {
    let shardBytes =
      request.maxShardBytes
      ?? (destination.isFolder && request.maxShardTensors == nil ? Self.folderShardBytes : nil)
    let request = WriteRequest(
      tensors: tensors, metadata: documents.metadata,
      fileName: destination.fileName(source: source), maxShardBytes: shardBytes,
      maxShardTensors: self.request.maxShardTensors, shards: shards)
    let files = try passing(at: Place(file: destination.path)) { () throws(CheckpointError) in
      try destination.format.layOut(request)
    }
    return destination.isFolder ? documents.files + files : files
  }

  /// The source's file of each tensor's first row, if the output is to be split like the source.
  private func shards(of tensors: [PlannedTensor]) throws(ConversionError) -> [Int]? {
    guard request.keepsSplit, source.reader.files.count > 1 else { return nil }
    guard destination.format.dialect == .gguf, destination.isFolder else {
      throw ConversionError(
        .options,
        "--keep-split writes a split GGUF into a folder: give -o a name without an ending, and "
          + "--to gguf unless the source is one", at: Place(file: destination.path))
    }
    var last = 0
    return tensors.map { tensor in
      if case .source(let map) = tensor.origin, let first = map.tensors.first {
        last = source.reader.tensors[first].fileIndex
      }
      return last
    }
  }

  /// Most tensor bytes of one file of a folder, as Transformers' tools do it.
  static let folderShardBytes: UInt64 = 5_000_000_000

  private func check(requantized: [String]) throws(ConversionError) {
    guard !requantized.isEmpty, !request.allowRequantize else { return }
    throw ConversionError(
      .policy,
      "\(ByteText.count(requantized.count, "tensor")) would be quantized a second time, with "
        + "loss: " + requantized.prefix(4).joined(separator: ", ")
        + (requantized.count > 4 ? " ..." : "") + "; --allow-requantize does it")
  }

  /// Settles tiles, threads and buffers under the request's budget: smaller tiles come before
  /// fewer threads.
  private func fit(_ plan: inout Plan) throws(ConversionError) {
    let share = request.bufferBytes / max(1, request.threads)
    var each = max(1, try WorkList.bufferBytes(of: plan))
    while each > share, plan.tileElements > WorkList.fewestElements {
      plan.tileElements /= 2
      each = max(1, try WorkList.bufferBytes(of: plan))
    }
    plan.threads = max(1, min(request.threads, request.bufferBytes / each))
    plan.bufferBytes = each * plan.threads
    plan.adapterBytes = source.extraBytes(threads: plan.threads)
    guard plan.bufferBytes <= request.bufferBytes else {
      throw ConversionError(
        .resources,
        "tiles need \(each) bytes, the budget is \(request.bufferBytes); --max-memory raises it")
    }
  }

  private func side(_ naming: Naming) -> Plan.Side {
    Plan.Side(
      path: source.path, format: source.reader.format.id, dialect: naming.sourceDialect,
      isFolder: source.isFolder, byteCount: source.byteCount)
  }

  private func target(_ naming: Naming, _ files: [PlannedFile]) -> Plan.Side {
    Plan.Side(
      path: destination.path, format: destination.format.id,
      dialect: naming.targetDialect, isFolder: destination.isFolder,
      byteCount: files.reduce(0) { $0 &+ $1.size })
  }
}
