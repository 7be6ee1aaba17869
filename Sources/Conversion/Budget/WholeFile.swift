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

  /// - Throws: the error that writing there would lead to, as far as it can be known.
  static func check(_ path: String, replace: Bool) throws(ConversionError) {
    try passing { () throws(ByteIOError) in
      try OutputTransaction.check(path, isFolder: false, replace: replace)
    }
  }
}
