import ArgumentParser
import Lathe

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Converts a checkpoint to another format, type or dialect.",
    discussion: "The output appears whole or not at all; what will happen is shown by 'lathe plan'."
  )

  @OptionGroup var request: RequestOptions
  @OptionGroup var arguments: RunArguments

  @Flag(help: "Print the plan and stop.")
  var dryRun = false

  @Flag(help: "Print the result as one JSON document.")
  var json = false

  func run() throws {
    if let importance = try ImportanceConversion(try request.request()) {
      return try Conversions.run(importance, arguments, dryRun: dryRun)
    }
    try Conversions.run(try request.request(), arguments, dryRun: dryRun, json: json)
  }
}

/// What the converting commands have in common.
enum Conversions {
  /// Writes an importance file in the other form.
  static func run(
    _ importance: ImportanceConversion, _ arguments: RunArguments, dryRun: Bool
  ) throws {
    let entries = importance.file.entries.count
    let count = "\(entries) \(entries == 1 ? "entry" : "entries")"
    let from = "\(importance.source) (\(importance.file.format), \(count))"
    if dryRun {
      return Output.result("\(from) -> \(importance.destination) (\(importance.format))\n")
    }
    let lost = try importance.run(arguments.options().0)
    if arguments.quiet { return }
    for warning in importance.file.warnings + lost { Output.note("warning: \(warning)") }
    Output.note("wrote \(importance.destination): \(count)")
  }

  /// Plans, checks and runs a request.
  static func run(
    _ request: ConversionRequest, _ arguments: RunArguments, dryRun: Bool,
    everyTensor: Bool = false, json: Bool
  ) throws {
    var request = request
    request.types.budget?.replacesRecipe = arguments.force
    if request.types.budget != nil, !arguments.quiet, Output.isTerminal {
      Output.note("measuring what types do to the tensors, unless the error table tells it")
    }
    let (plan, source) = try Planner(request).plan()
    if dryRun {
      return json ? Output.result(plan.json) : Output.result(plan.text(everyTensor: everyTensor))
    }
    if !arguments.quiet {
      for warning in plan.warnings { Output.note("warning: \(warning)") }
      for item in plan.fallbacks {
        Output.note(
          "warning: \(item.tensor): \(item.used) instead of \(item.wanted), \(item.reason)")
      }
      for item in plan.lost {
        Output.note("warning: left out: \(item.name) \(item.shape): \(item.reason)")
      }
    }
    let (options, printer) = arguments.options()
    let report: RunReport
    do throws(ConversionError) {
      report = try Executor(plan: plan, source: source, options: options).run()
    } catch {
      printer?.clear()
      throw error
    }
    if json { return Output.result(Self.document(plan, report)) }
    if arguments.quiet { return }
    warn(underflows: report.underflows)
    let rate = report.seconds > 0 ? UInt64(Double(report.bytes) / report.seconds) : 0
    Output.note(
      "wrote \(plan.target.path): \(ByteText.count(plan.tensors.count, "tensor")), "
        + "\(ByteText.size(report.bytes)), \(plan.fidelity), in "
        + "\(ByteText.fixed(report.seconds, 2)) s (\(ByteText.size(rate))/s)")
  }

  /// Most tensors that a warning lists.
  private static let shortList = 4

  private static func warn(underflows: [String: Int]) {
    guard !underflows.isEmpty else { return }
    let worst = underflows.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let sum = underflows.values.reduce(0, +)
    let list = worst.prefix(shortList).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    Output.note(
      "warning: \(ByteText.count(sum, "value")) became zero in "
        + "\(ByteText.count(worst.count, "tensor")): \(list)"
        + (worst.count > shortList ? " ..." : ""))
  }

  private static func document(_ plan: Plan, _ report: RunReport) -> JSONValue {
    .object([
      "output": .string(plan.target.path), "bytes": .int(Int(report.bytes)),
      "tensors": .int(plan.tensors.count), "fidelity": .string(plan.fidelity.description),
      "seconds": .double(report.seconds),
      "underflows": .object(
        .init(
          report.underflows.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.int($0.value)) },
          uniquingKeysWith: { first, _ in first })),
      "warnings": .array(plan.warnings.map(JSONValue.string)),
    ])
  }
}
