internal import ByteIO
public import Checkpoints
public import Failures
internal import Tensors

extension MetadataEdit {
  /// A file of the output.
  private struct Output {
    /// Name relative to the output folder.
    let name: String
    /// Where its data come from.
    let path: String
    /// The new start, and how many bytes of the source it takes the place of.
    var header: [UInt8] = []
    var replaced: UInt64 = 0
    var target: Target?
  }

  /// Whether the result of that name is a folder: of a folder, of several files and of an index file.
  func makesFolder(_ destination: String) -> Bool {
    let isFile =
      source.reader.files.count == 1
      && (!source.isFolder
        || source.reader.format.extensions.contains(Paths.ending(destination)))
    return !isFile
  }

  /// Writes the checkpoint with the new keys to another place; it appears whole or not at all.
  ///
  /// Data are shared with the source where the file system can and `room` keeps their place within a
  /// block, else copied by the kernel. A folder's other files come along.
  ///
  /// - Returns: bytes of the output.
  @discardableResult
  public func write(
    to destination: String, room: HeaderRoom = .least, options: RunOptions = RunOptions()
  ) throws(ConversionError) -> UInt64 {
    let isFolder = makesFolder(destination)
    if source.reader.files.count > 1,
      source.reader.format.extensions.contains(Paths.ending(destination))
    {
      throw ConversionError(
        .options,
        "the result has \(source.reader.files.count) files and needs a folder: give -o a name "
          + "without the ending .\(Paths.ending(destination))", at: Place(file: destination))
    }
    let outputs = try outputs(room, isFolder: isFolder)
    try checkApart(outputs, from: destination, isFolder: isFolder)
    let transaction = try passing { () throws(ByteIOError) in
      try OutputTransaction(destination, isFolder: isFolder, replace: options.force)
    }
    do throws(ConversionError) {
      let bytes = try build(outputs, transaction, options)
      try passing { () throws(ByteIOError) in
        try source.pool.checkUnchanged()
        try transaction.commit(sync: options.sync)
      }
      return bytes
    } catch {
      try passing { () throws(ByteIOError) in try transaction.discard() }
      throw error
    }
  }

  private func build(
    _ outputs: [Output], _ transaction: OutputTransaction, _ options: RunOptions
  ) throws(ConversionError) -> UInt64 {
    var total: UInt64 = 0
    for output in outputs {
      total &+= try passing { () throws(ByteIOError) in
        let path = try transaction.path(of: output.name)
        let from = try source.pool.file(output.path)
        let begin = min(output.replaced, from.size)
        let rest = from.size - begin
        let start = UInt64(output.header.count)
        let file = try OutputFile(path, size: start + rest)
        let isShared = try file.share(from: from, at: begin, count: rest, to: start)
        if !isShared {
          let free = try Resources.freeDisk(at: Paths.parent(transaction.partial))
          guard rest <= free else {
            throw ByteIOError(
              .noSpace, "\(rest) bytes are to be copied and \(free) are free",
              at: Place(file: path))
          }
          try file.take(from: from, at: begin, count: rest, to: start)
        }
        try file.write(output.header, at: 0)
        if options.sync { try file.sync() }
        return file.size
      }
      if let target = output.target {
        try check(
          target, output,
          try passing { () throws(ByteIOError) in
            try transaction.path(of: output.name)
          })
      }
    }
    return total
  }

  /// Reads a new header back: keys are those wanted, and tensors lie where they should.
  private func check(
    _ target: Target, _ output: Output, _ path: String
  ) throws(ConversionError) {
    let format = source.reader.format
    let pool = FilePool()
    let (before, after, keys) = try passing { () throws(CheckpointError) in
      (
        try format.openPhysical(target.editor.path, pool: source.pool).tensors,
        try format.openPhysical(path, pool: pool).tensors,
        try format.headerEditor(path, pool: pool)?.metadata
      )
    }
    // Where a tensor without content lies means nothing.
    func placed(_ tensors: [TensorSpec], _ start: UInt64) -> [TensorSpec] {
      tensors.map { tensor in
        var tensor = tensor
        tensor.fileOffset = tensor.byteCount == 0 ? 0 : tensor.fileOffset &- start
        return tensor
      }
    }
    let moved = placed(before, output.replaced)
    guard moved == placed(after, UInt64(output.header.count)), keys?.keys == target.metadata.keys
    else {
      throw ConversionError(
        .internal, "the new header does not read as it was meant", at: Place(file: path))
    }
  }

  // MARK: What is written

  private func outputs(
    _ room: HeaderRoom, isFolder: Bool
  ) throws(ConversionError) -> [Output] {
    var result: [Output] = []
    for path in source.reader.files {
      var output = Output(name: relative(path), path: path)
      if let target = targets.first(where: { $0.editor.path == path }) {
        output.header = try passing { () throws(CheckpointError) in
          try target.editor.header(target.metadata, room)
        }
        output.replaced = target.editor.headerByteCount
        output.target = target
      }
      result.append(output)
    }
    guard isFolder else { return result }
    let taken = Set(result.map(\.name))
    if source.isFolder {
      for name in try Self.files(in: source.folder, depth: 0) where !taken.contains(name) {
        result.append(Output(name: name, path: Paths.join(source.folder, name)))
      }
    } else if !source.reader.files.contains(source.path) {
      result.append(Output(name: Paths.name(source.path), path: source.path))
    }
    return result
  }

  /// A file's name in the checkpoint's folder.
  private func relative(_ path: String) -> String {
    let folder = source.folder.hasSuffix("/") ? source.folder : source.folder + "/"
    return path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
  }

  /// Folders within folders that are looked into.
  private static let depthLimit = 8

  /// Regular files of a folder and its sub-folders, without those whose names begin with a point.
  private static func files(
    in folder: String, depth: Int
  ) throws(ConversionError) -> [String] {
    guard depth < depthLimit else {
      throw ConversionError(
        .source, "folders lie in each other deeper than \(depthLimit)", at: Place(file: folder))
    }
    var result: [String] = []
    let names = try passing { () throws(ByteIOError) in try Paths.names(in: folder) }
    for name in names where !name.hasPrefix(".") {
      guard let identity = FileIdentity.of(Paths.join(folder, name)) else { continue }
      if identity.isFolder {
        result += try files(in: Paths.join(folder, name), depth: depth + 1).map { name + "/" + $0 }
      } else if identity.isRegular {
        result.append(name)
      }
    }
    return result
  }

  /// - Throws: `.sameFile` if the output is or holds a file of the source.
  private func checkApart(
    _ outputs: [Output], from destination: String, isFolder: Bool
  ) throws(ConversionError) {
    let theirs = outputs.map(\.path) + [source.path]
    for path in [destination, destination + ".partial"] {
      guard let own = FileIdentity.of(path) else { continue }
      for other in theirs where FileIdentity.of(other)?.isSameFile(as: own) == true {
        throw ConversionError(
          .sameFile,
          "input and output are the same: \(other); --in-place changes a file where it is",
          at: Place(file: path))
      }
    }
    guard isFolder, let folder = Paths.resolved(source.folder),
      let parent = Paths.resolved(Paths.parent(destination))
    else { return }
    if let own = Paths.resolved(destination),
      theirs.contains(where: {
        Paths.resolved($0)?.hasPrefix(own + "/") == true
      })
    {
      throw ConversionError(
        .sameFile, "the input lies inside the output folder", at: Place(file: destination))
    }
    guard !source.isFolder || !(parent + "/").hasPrefix(folder + "/") else {
      throw ConversionError(
        .sameFile, "the output lies inside the input's folder", at: Place(file: destination))
    }
  }
}
