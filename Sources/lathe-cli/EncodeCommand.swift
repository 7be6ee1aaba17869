import ArgumentParser
import Lathe

struct EncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Turns the text of standard input into ids.",
    discussion: """
      The ids of the text stand on one line. With --json the input is a list of texts and the output \
      a list of lists of ids. Bytes that are not UTF-8 stay bytes where the tokenizer's tokens are \
      bytes; elsewhere they become U+FFFD.
      """)

  @OptionGroup var arguments: TokenizerArguments

  @Option(help: "What special tokens in the text are: text like any other, or parsed to their ids.")
  var special: SpecialMode = .text

  @Flag(help: "Add what the tokenizer puts around a text (beginning and end).")
  var addSpecial = false

  @Option(
    name: .customLong("as"),
    help: """
      A GGUF as the tokenizer that it was made of (original), or as llama.cpp takes it; by default \
      the tokenizer that it carries, llama.cpp's way where it carries none.
      """,
    transform: dialect)
  var dialect: GGUFDialect?

  @Flag(help: "Read a JSON list of texts, write a JSON list of lists of ids.")
  var json = false

  enum SpecialMode: String, ExpressibleByArgument, CaseIterable {
    case text, parse
  }

  private static func dialect(_ name: String) throws -> GGUFDialect {
    guard let dialect = GGUFDialect(rawValue: name.lowercased()) else {
      throw ValidationError(
        "--as takes \(GGUFDialect.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return dialect
  }

  func run() throws {
    let source = try arguments.input()
    let tokenizer = try source.tokenizer(as: dialect ?? source.usualDialect)
    let mode: Tokenizer.SpecialText = special == .parse ? .parse : .text
    let input = try Input.all()
    guard json else {
      let ids = try tokenizer.encode(input, special: mode, addSpecial: addSpecial)
      var printer = IDPrinter()
      printer.add(ids, separator: 0x20)
      printer.append(0x0A)
      return printer.flush()
    }
    var reader = JSONReader(input)
    var printer = IDPrinter()
    var texts = PackedStrings()
    try StandardInput.located { () throws(DocumentError) in
      try reader.beginArray()
      while try reader.nextElement() { try reader.readString(into: &texts) }
      try reader.finish()
    }
    printer.append(UInt8(ascii: "["))
    for index in texts.indices {
      if index > 0 { printer.append(UInt8(ascii: ",")) }
      let ids = try tokenizer.encode(
        Array(texts.utf8(at: index)), special: mode, addSpecial: addSpecial)
      printer.append(UInt8(ascii: "["))
      printer.add(ids, separator: UInt8(ascii: ","))
      printer.append(UInt8(ascii: "]"))
    }
    printer.append(UInt8(ascii: "]"))
    printer.append(0x0A)
    printer.flush()
  }
}

/// Writes numbers to standard output, a block at a time.
struct IDPrinter {
  private var bytes: [UInt8] = []
  private static let block = 1 << 16

  /// Adds a byte.
  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  /// Adds ids with something between them.
  mutating func add(_ ids: [Int32], separator: UInt8) {
    for (index, id) in ids.enumerated() {
      if index > 0 { bytes.append(separator) }
      append(decimal: id)
      if bytes.count >= Self.block { flush() }
    }
  }

  private mutating func append(decimal id: Int32) {
    guard id >= 0 else { return bytes.append(contentsOf: id.description.utf8) }
    let start = bytes.count
    var rest = UInt32(id)
    repeat {
      bytes.append(UInt8(truncatingIfNeeded: 48 + rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  /// Writes what has come together.
  mutating func flush() {
    Output.result(bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}

/// Errors in what standard input holds.
enum StandardInput {
  /// Runs `body`; its failure is at standard input.
  static func located<T>(_ body: () throws(DocumentError) -> T) throws -> T {
    do throws(DocumentError) {
      return try body()
    } catch { throw error.within(Place(file: "standard input")) }
  }
}
