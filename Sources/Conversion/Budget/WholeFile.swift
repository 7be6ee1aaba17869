internal import ByteIO
internal import Failures

/// A small file beside the output, such as a table or recipe, that appears whole or not at all.
enum WholeFile {
  /// Writes a file.
  ///
  /// - Parameter replace: whether an existing one may be replaced.
  static func write(_ bytes: [UInt8], to path: String, replace: Bool) throws(ConversionError) {
    try passing { () throws(ByteIOError) in
      let transaction = try OutputTransaction(path, isFolder: false, replace: replace)
      do throws(ByteIOError) {
        let file = try OutputFile(
          try transaction.path(of: Paths.name(path)), size: UInt64(bytes.count))
        try file.write(bytes, at: 0)
        try file.sync()
        try transaction.commit(sync: true)
      } catch {
        let failure = error
        try transaction.discard()
        throw failure
      }
    }
  }

  /// Whether two paths lead to one file, or would if it were there.
  static func isSame(_ a: String, _ b: String) -> Bool {
    if let first = FileIdentity.of(a), let second = FileIdentity.of(b) {
      return first.isSameFile(as: second)
    }
    guard let first = Paths.resolved(Paths.parent(a)), let second = Paths.resolved(Paths.parent(b))
    else { return false }
    return Paths.name(a) == Paths.name(b) && first == second
  }

  /// - Throws: the error that writing there would lead to, as far as it can be known.
  static func check(_ path: String, replace: Bool) throws(ConversionError) {
    try passing { () throws(ByteIOError) in
      try OutputTransaction.check(path, isFolder: false, replace: replace)
    }
  }
}

extension BudgetOptions {
  /// Checks the files beside the output before anything is measured.
  ///
  /// - Throws: `.sameFile` if one of them is an input, the output or the other one, `.below` if the
  ///   recipe cannot be written there.
  func checkFiles(
    apartFrom inputs: [String], and destination: String
  ) throws(ConversionError) {
    let own = [("--error-table", errorTable), ("--save-recipe", savedRecipe)]
    for (option, path) in own {
      guard let path else { continue }
      let others = own.filter { $0.0 != option }.compactMap(\.1) + inputs + [destination]
      guard let other = others.first(where: { WholeFile.isSame(path, $0) }) else { continue }
      throw ConversionError(
        .sameFile, "\(option) names a file that has another part in this run: \(other)",
        at: Place(file: path))
    }
    if let savedRecipe { try WholeFile.check(savedRecipe, replace: replacesRecipe) }
  }
}
