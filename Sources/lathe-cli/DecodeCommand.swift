import ArgumentParser
import Lathe

struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Turns ids of standard input into text.",
    discussion: """
      Ids are separated by spaces, line ends or commas, and become one text, without a line end of its \
      own. With --json the input is a list of lists of ids and the output a list of texts, in which \
      bytes that are not UTF-8 become U+FFFD.
      """)

  @OptionGroup var arguments: TokenizerArguments

  @Flag(help: "Leave special tokens out of the text.")
  var skipSpecial = false

  @Flag(help: "Read a JSON list of lists of ids, write a JSON list of texts.")
  var json = false

  func run() throws {
    let tokenizer = try arguments.make()
    let input = try Input.all()
    guard json else {
      var ids = try Self.ids(input)[...]
      let most = tokenizer.definition.decodesEachAlone ? Self.block : max(ids.count, 1)
      while !ids.isEmpty {
        Output.result(
          try tokenizer.decode(Array(ids.prefix(most)), skipsSpecial: skipSpecial))
        ids = ids.dropFirst(most)
      }
      return
    }
    var reader = JSONReader(input)
    var lists: [[Int32]] = []
    try StandardInput.located { () throws(DocumentError) in
      try reader.beginArray()
      while try reader.nextElement() {
        var ids: [Int32] = []
        try reader.beginArray()
        while try reader.nextElement() {
          let number = try reader.readInt()
          guard let id = Int32(exactly: number) else {
            throw reader.failure(.number, "expected an id, found \(number)")
          }
          ids.append(id)
        }
        lists.append(ids)
      }
      try reader.finish()
    }
    var writer = JSONWriter(.compact)
    writer.beginArray()
    for ids in lists {
      let text = try tokenizer.decode(ids, skipsSpecial: skipSpecial)
      writer.string(String(decoding: text, as: UTF8.self))
    }
    writer.endArray()
    Output.result(writer.bytes + [0x0A])
  }

  /// Ids that are decoded at a time, where each stands alone.
  private static let block = 1 << 16

  /// Numbers with blanks or commas between them.
  static func ids(_ text: [UInt8]) throws -> [Int32] {
    var ids: [Int32] = []
    var number: Int?
    for (place, byte) in text.enumerated() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let next = (number ?? 0) * 10 + Int(byte - 48)
        guard next <= Int32.max else {
          throw DocumentError(
            .number, "an id is greater than \(Int32.max)",
            at: Place(file: "standard input", byteOffset: UInt64(place)))
        }
        number = next
      case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","):
        if let id = number { ids.append(Int32(id)) }
        number = nil
      default:
        throw DocumentError(
          .syntax, "expected ids with blanks or commas between them, found the byte \(byte)",
          at: Place(file: "standard input", byteOffset: UInt64(place)))
      }
    }
    if let id = number { ids.append(Int32(id)) }
    return ids
  }
}
