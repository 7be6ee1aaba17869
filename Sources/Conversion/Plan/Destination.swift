internal import ByteIO
internal import Checkpoints
internal import Failures

/// Where the output goes, and in which format.
struct Destination {
  let path: String
  let format: any FileFormat.Type
  /// Whether the output is a folder of files.
  let isFolder: Bool

  /// Decides by `--to` and the destination's ending.
  ///
  /// - Throws: `.options` for an unknown format, or one that contradicts the ending.
  init(
    _ request: ConversionRequest, _ source: SourceCheckpoint, _ choice: TypeChoice
  ) throws(ConversionError) {
    path = request.destination
    let ending = Paths.ending(request.destination)
    let byEnding = FileFormats.all.first { $0.extensions.contains(ending) }
    let known = FileFormats.all.map { $0.id }.joined(separator: " ")
    if let name = request.format {
      guard let format = FileFormats.named(name.lowercased()) else {
        throw ConversionError(.options, "unknown format '\(name)' in --to; supported: \(known)")
      }
      if let byEnding, byEnding.id != format.id {
        throw ConversionError(
          .options, "--to \(format.id) contradicts the ending .\(ending) of \(path)")
      }
      self.format = format
    } else if let byEnding {
      format = byEnding
    } else if request.prefersSourceFormat, choice.fits(source.reader.format) {
      format = source.reader.format
    } else {
      let name = request.prefersSourceFormat ? "gguf" : "safetensors"
      guard let fallback = FileFormats.named(name) else {
        throw ConversionError(.internal, "the format \(name) is not registered")
      }
      format = fallback
    }
    let isShardedFile = format.folderName == nil && request.asksForShards(of: source)
    isFolder = byEnding == nil && (format.folderName != nil || isShardedFile)
    if !isFolder, request.asksForShards(of: source) {
      throw ConversionError(
        .options,
        "a result in several files needs a folder: give -o a name without the ending .\(ending)",
        at: Place(file: path))
    }
  }

  /// Name of the output's file inside its folder, or of the output itself.
  func fileName(source: SourceCheckpoint) -> String {
    guard isFolder else { return Paths.name(path) }
    if let name = format.folderName {
      return source.isAdapter ? "\(Adapter.fileStem).\(Paths.ending(name))" : name
    }
    let name = Paths.name(Paths.resolved(source.path) ?? source.path)
    let stem = source.isFolder ? name : SourceCheckpoint.stem(name)
    return stem + "." + (format.extensions.first ?? format.id)
  }

  /// - Throws: `.sameFile` if a source file is the output, under whatever name.
  func checkApart(from source: SourceCheckpoint) throws(ConversionError) {
    try checkApart(from: source.reader.files + [source.path])
  }

  /// - Throws: `.sameFile` if one of these files is the output, or lies inside it.
  func checkApart(from theirs: [String]) throws(ConversionError) {
    var mine: [(path: String, identity: FileIdentity)] = []
    for path in [path, path + ".partial"] {
      if let identity = FileIdentity.of(path) { mine.append((path, identity)) }
    }
    for other in theirs {
      guard let identity = FileIdentity.of(other) else { continue }
      for own in mine where own.identity.isSameFile(as: identity) {
        throw ConversionError(
          .sameFile, "input and output are the same: \(other)", at: Place(file: own.path))
      }
    }
    guard isFolder, let folder = Paths.resolved(path) else { return }
    for other in theirs {
      guard let resolved = Paths.resolved(other) else { continue }
      if resolved.hasPrefix(folder + "/") {
        throw ConversionError(
          .sameFile, "the input lies inside the output folder: \(other)", at: Place(file: path))
      }
    }
  }
}

extension ConversionRequest {
  /// Whether several files may be asked for.
  func asksForShards(of source: SourceCheckpoint) -> Bool {
    maxShardBytes != nil || maxShardTensors != nil
      || keepsSplit && source.reader.files.count > 1
  }
}

extension SourceCheckpoint {
  /// A file name without its ending and shard number: `model` of `model-00001-of-00003.gguf`.
  static func stem(_ name: String) -> String {
    var stem = Substring(name)
    if let dot = stem.lastIndex(of: "."), dot != stem.startIndex { stem = stem[..<dot] }
    let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
    if parts.count > 3, parts[parts.count - 2] == "of", Int(parts[parts.count - 3]) != nil,
      Int(parts[parts.count - 1]) != nil
    {
      return parts.dropLast(3).joined(separator: "-")
    }
    return String(stem)
  }
}

extension TypeChoice {
  /// Whether a format can hold what may be chosen.
  fileprivate func fits(_ format: any FileFormat.Type) -> Bool {
    switch self {
    case .source: true
    case .encoding(let encoding): format.canHold(encoding)
    case .recipe: format.dialect == .gguf
    }
  }
}
