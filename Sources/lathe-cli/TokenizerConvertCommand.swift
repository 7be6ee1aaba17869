import ArgumentParser
import Lathe

struct TokenizerConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Writes a tokenizer as tokenizer.json, Hugging Face folder, GGUF or file of ranks.",
    discussion: """
      What is written follows from --to or the output's ending: .json, .gguf, .tiktoken, none for a \
      folder. --certify encodes a corpus of difficult texts and the whole vocabulary with source and \
      result; on a difference nothing is written and the status is 1.
      """)

  @OptionGroup var arguments: TokenizerArguments

  @Option(name: [.short, .customLong("output")], help: "Where the result goes.")
  var output: String

  @Option(help: "tokenizer.json, huggingface, gguf or tiktoken.")
  var to: String?

  @Option(help: "general.architecture of a GGUF, where the source does not tell it.")
  var architecture: String?

  @Flag(help: "Prove that source and result give the same ids and texts.")
  var certify = false

  @Flag(help: "Do not store the original tokenizer.json in a GGUF.")
  var noEmbedTokenizer = false

  @Flag(help: "Replace an existing output.")
  var force = false

  @Flag(name: .shortAndLong, help: "Print nothing but errors and the certificate.")
  var quiet = false

  @Flag(help: "Print the result as one JSON document.")
  var json = false

  func run() throws {
    let conversion = try TokenizerConversion(
      try arguments.input(), to: output, as: try to.map(Self.target), architecture: architecture,
      embedsTokenizer: !noEmbedTokenizer)
    let certificate = certify ? try conversion.certify() : nil
    let isGood = certificate?.difference == nil
    if isGood { try conversion.write(replace: force, sync: true) }
    if json {
      Output.result(document(conversion, certificate, isWritten: isGood))
    } else {
      if let certificate { Output.result(certificate.text) }
      if !quiet {
        for note in conversion.notes { Output.note("note: \(note)") }
        let size = conversion.fileSizes.reduce(0) { $0 + $1.byteCount }
        Output.note(
          isGood
            ? "wrote \(output): \(conversion.target.rawValue), "
              + "\(ByteText.count(conversion.fileSizes.count, "file")), "
              + "\(ByteText.size(UInt64(size)))"
            : "nothing is written: the result is another tokenizer")
      }
    }
    if !isGood { Process.exit(.difference) }
  }

  private static func target(_ name: String) throws -> TokenizerTarget {
    guard let target = TokenizerTarget(rawValue: name.lowercased()) else {
      throw ValidationError(
        "--to takes \(TokenizerTarget.allCases.map(\.rawValue).joined(separator: ", ")); found "
          + "'\(name)'")
    }
    return target
  }

  private func document(
    _ conversion: TokenizerConversion, _ certificate: TokenizerCertificate?, isWritten: Bool
  ) -> JSONValue {
    [
      "output": .string(output), "to": .string(conversion.target.rawValue),
      "written": .bool(isWritten),
      "files": .array(
        conversion.fileSizes.map { ["name": .string($0.name), "bytes": .int($0.byteCount)] }),
      "routes": .array(
        conversion.routes.map { route in
          [
            "from": .string(route.origin), "to": .string(route.target),
            "stages": .array(route.stages.map { .string($0) }),
          ]
        }),
      "notes": .array(conversion.notes.map { .string($0) }),
      "certificate": certificate?.json ?? .null,
    ]
  }
}
