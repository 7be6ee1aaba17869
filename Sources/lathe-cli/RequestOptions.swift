import ArgumentParser
import Lathe

/// The options that say what a conversion is to make.
struct RequestOptions: ParsableArguments {
  @Argument(help: "A checkpoint: folder, file, index file or first file of a split.")
  var source: String

  @Option(name: [.short, .customLong("output")], help: "Where the result goes.")
  var output: String

  @Option(help: "Format of the result; by default by the output's ending, without one safetensors.")
  var to: String?

  @Option(
    help: ArgumentHelp(
      "Type of the result: source, a type of 'lathe types', or a recipe of 'lathe recipes'."))
  var type: String = "source"

  @OptionGroup(title: "Types of tensors") var types: TypeArguments

  @Option(help: "Most bytes of one file, such as 5GB or 200MB; larger results are sharded.")
  var maxShardSize: String?

  @Option(help: "An architecture file of your own instead of the known ones.")
  var architecture: String?

  @Option(help: "A config.json to use instead of the source's.")
  var config: String?

  @Option(help: "The base model of a LoRA adapter that becomes a GGUF: a folder or file.")
  var base: String?

  @Option(help: "ADAPTER or ADAPTER=SCALE: merges a LoRA adapter into the weights; repeatable.")
  var mergeLora: [String] = []

  @Option(help: "Most memory for tile buffers, such as 256MB.")
  var maxMemory: String = "64MiB"

  @Option(help: "Threads; by default all processors. The output never depends on it.")
  var threads: Int?

  @Flag(help: "Allow lossy types for tensors that are already quantized.")
  var allowRequantize = false

  @Flag(help: "Decode blocks that a model keeps (gpt-oss: MXFP4) when a float type is asked for.")
  var dequantize = false

  @Flag(help: "Go on where the target cannot express the model; the loss is written down.")
  var forceLossyArchitecture = false

  @OptionGroup var ranks: RankArguments

  @Flag(help: "Do not store the original tokenizer.json in a GGUF.")
  var noEmbedTokenizer = false

  @Flag(help: "Do not write Lathe's own metadata keys.")
  var noLineage = false

  /// The request in the library's terms.
  func request() throws -> ConversionRequest {
    var request = ConversionRequest(source: source, destination: output)
    request.format = to
    request.type = type
    try types.apply(to: &request)
    request.maxShardBytes = try maxShardSize.map {
      try ByteSize.parse($0, option: "--max-shard-size")
    }
    request.architectureFile = architecture
    request.configFile = config
    request.baseModel = base
    request.mergedAdapters = try mergeLora.map { try AdapterRequest($0) }
    request.bufferBytes = Int(clamping: try ByteSize.parse(maxMemory, option: "--max-memory"))
    request.threads = try Threads.count(threads)
    request.allowRequantize = allowRequantize
    request.dequantizes = dequantize
    request.forceLossyArchitecture = forceLossyArchitecture
    request.embedTokenizer = !noEmbedTokenizer
    request.pattern = ranks.pattern
    request.specialTokensFile = ranks.specialTokens
    request.lineage = noLineage ? .omitted : .written
    return request
  }
}

/// What a tokenizer's file of ranks (tiktoken) does not say itself.
struct RankArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "For a file of ranks (tiktoken): the expression that splits text, or a known tokenizer's name.",
      valueName: "regex|name"))
  var pattern: String?

  @Option(
    help: ArgumentHelp(
      "For a file of ranks (tiktoken): its special tokens, a JSON object of token and id.",
      valueName: "file.json"))
  var specialTokens: String?
}

/// The options that say how a plan is run.
struct RunArguments: ParsableArguments {
  @Option(help: "full waits until the data is on the disk; none does not.")
  var sync: SyncMode = .full

  @Flag(help: "Clamp finite values beyond the target's range instead of refusing them.")
  var saturate = false

  @Flag(help: "Replace an existing output.")
  var force = false

  @Option(help: "bar, json (one line a second on standard error) or none.")
  var progress: ProgressStyle?

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  enum SyncMode: String, ExpressibleByArgument, CaseIterable {
    case full, none
  }

  /// The options in the library's terms, with the printer that follows the run.
  func options() -> (RunOptions, ProgressPrinter?) {
    var options = RunOptions()
    options.sync = sync == .full
    options.saturate = saturate
    options.force = force
    let style = quiet ? .none : progress ?? (Output.isTerminal ? .bar : .none)
    let printer = style == .none ? nil : ProgressPrinter(style)
    options.observer = printer
    return (options, printer)
  }
}

extension ProgressStyle: ExpressibleByArgument {}
