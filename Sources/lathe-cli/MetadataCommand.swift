import ArgumentParser
import Lathe

struct MetadataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metadata",
    abstract: "Shows and changes the keys of a header; tensors stay as they are.",
    subcommands: [MetadataGet.self, MetadataSet.self, MetadataCopy.self])
}

struct MetadataGet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Prints keys and values.")

  @Argument(help: "A checkpoint: file, folder, index file or first file of a split.")
  var path: String

  @Argument(help: "Keys or patterns (* and ?); all by default. Lists are whole if named.")
  var keys: [String] = []

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "Print the text of one key as it is, with nothing added.")
  var raw = false

  func validate() throws {
    if json, raw { throw ValidationError("--json and --raw exclude each other") }
  }

  func run() throws {
    let listing = try MetadataListing(path, keys: keys)
    if raw { return Output.result(try listing.raw()) }
    json ? Output.result(listing.json()) : Output.result(listing.text())
  }
}

/// Where changed keys go.
struct MetadataTarget: ParsableArguments {
  @Option(name: [.short, .customLong("output")], help: "The new file or folder.")
  var output: String?

  @Flag(help: "Change the file where it is, if its header has room.")
  var inPlace = false

  @Option(help: "With -o: bytes of room for later changes in place, such as 64KiB.")
  var reserve: String?

  @Flag(help: "Let keys have another type than before, or than readers expect.")
  var forceType = false

  @Flag(help: "Let general.architecture change.")
  var forceArchitecture = false

  @Option(help: "full waits until the data is on the disk; none does not (with -o).")
  var sync: RunArguments.SyncMode = .full

  @Flag(help: "Replace an existing output.")
  var force = false

  @Flag(help: "Print what would change and stop.")
  var dryRun = false

  @Flag(help: "Print the changes as one JSON document.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    if inPlace, output != nil { throw ValidationError("-o and --in-place exclude each other") }
    if !inPlace, output == nil, !dryRun { throw ValidationError("give -o or --in-place") }
    if inPlace, reserve != nil {
      throw ValidationError("--reserve belongs to -o: in place a header has the room it has")
    }
    if inPlace, sync == .none {
      throw ValidationError("--in-place always waits until the data is on the disk")
    }
  }

  /// Plans changes, and does them unless this is a dry run.
  func run(_ path: String, _ changes: MetadataChanges) throws {
    var changes = changes
    changes.forcesTypes = forceType
    changes.forcesArchitecture = forceArchitecture
    let room = try reserve.map {
      HeaderRoom.reserve($0 == "0" ? 0 : try ByteSize.parse($0, option: "--reserve"))
    }
    let edit = try MetadataEdit(path, changes)
    if !quiet { for warning in edit.warnings { Output.note("warning: \(warning)") } }
    if dryRun {
      if inPlace { try edit.checkInPlace() }
      return json ? Output.result(edit.json()) : Output.result(edit.text())
    }
    var place = path
    if let output {
      var options = RunOptions()
      options.sync = sync == .full
      options.force = force
      try edit.write(to: output, room: room ?? .least, options: options)
      place = output
    } else {
      try edit.writeInPlace()
    }
    if json { return Output.result(edit.json()) }
    if quiet { return }
    let changed = ByteText.count(edit.differences.count, "key")
    Output.note(inPlace ? "changed \(changed) of \(place)" : "wrote \(place): \(changed) changed")
  }
}
