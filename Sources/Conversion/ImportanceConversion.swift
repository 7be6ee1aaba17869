internal import ByteIO
public import Checkpoints
public import Failures

/// Turns an importance file into the other form.
public struct ImportanceConversion: Sendable {
  /// What is read.
  public let source: String
  /// What is written.
  public let destination: String
  /// The form that is written.
  public let format: ImportanceFormat
  /// The opened file.
  public let file: ImportanceFile

  /// Ending of the names of legacy files.
  private static let legacyEnding = "dat"

  /// The conversion that a request asks for; nil if neither path ends as importance files do.
  ///
  /// - Throws: `.below` for a file of neither form, `.options` for another ending of the output.
  public init?(_ request: ConversionRequest) throws(ConversionError) {
    let ending = Paths.ending(request.destination)
    guard ending == Self.legacyEnding || Paths.ending(request.source) == Self.legacyEnding else {
      return nil
    }
    guard FileIdentity.of(request.source) != nil else {
      throw ConversionError(.source, "no such file or folder", at: Place(file: request.source))
    }
    guard ending == Self.legacyEnding || ending == "gguf" else {
      throw ConversionError(
        .options, "importance is written to a file that ends with .gguf or .dat",
        at: Place(file: request.destination))
    }
    source = request.source
    destination = request.destination
    format = ending == Self.legacyEnding ? .legacy : .gguf
    file = try passing { () throws(CheckpointError) in try ImportanceFile.open(request.source) }
  }

  /// Writes the output; it appears whole or not at all.
  ///
  /// - Returns: what the form cannot hold.
  public func run(_ options: RunOptions) throws(ConversionError) -> [String] {
    try passing { () throws(CheckpointError) in
      try file.write(
        to: destination, format: format, replace: options.force, sync: options.sync)
    }
  }
}
