import Foundation
import Lathe
import Testing
import _TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Headers changed in place while disks break and runs are killed: the file is what it was or what it was to be.
@Suite struct MetadataFaultTests {
  let folder: TemporaryFolder
  /// The file before, and as it is to be.
  let old: [UInt8]
  let new: [UInt8]
  let path: String

  static let change = ["--name", "another name", "--license", "mit"]

  init() throws {
    folder = try TemporaryFolder()
    // A header of several pieces that are written one by one.
    let tokens = (0..<8000).map { "token \($0)" }
    let bytes = SmallFiles.gguf(
      [
        ("general.architecture", .text("llama")), ("general.name", .text("a")),
        ("tokenizer.ggml.tokens", .texts(tokens)), ("general.license", .text("x")),
      ],
      [
        (
          "a.weight", 0, [8, 4],
          SmallFiles.floats(32).flatMap { withUnsafeBytes(of: $0) { Array($0) } }
        )
      ])
    let plain = try folder.write("plain.gguf", bytes)
    path = folder.path("model.gguf")
    let made = try lathe(
      "metadata", "copy", plain, plain, "general.name", "--reserve", "300", "-o", path)
    #expect(made.status == 0, "\(made.standardError)")
    old = try folder.bytes("model.gguf")
    let copy = try folder.write("copy.gguf", old)
    let changed = try LatheBinary.run(["metadata", "set", copy, "--in-place"] + Self.change)
    #expect(changed.status == 0, "\(changed.standardError)")
    new = try folder.bytes("copy.gguf")
    try FileManager.default.removeItem(atPath: plain)
    try FileManager.default.removeItem(atPath: copy)
    #expect(old.count == new.count && old != new && old.suffix(128) == new.suffix(128))
  }

  private func edit(_ fault: String) throws -> ProcessResult {
    try LatheBinary.run(
      ["metadata", "set", path, "--in-place"] + Self.change, environment: ["LATHE_FAULT": fault])
  }

  /// Every call fails at every time it is made.
  @Test(arguments: [
    "write:EIO", "write:ENOSPC", "sync:EIO", "rename:EIO", "remove:EIO", "read:EIO",
  ])
  func everyCallFails(fault: String) throws {
    var failed = 0
    for count in 0..<200 {
      let result = try edit("\(fault):\(count)")
      let said = Comment(rawValue: "\(fault) \(count): \(result.status): \(result.standardError)")
      if result.status == 0 { break }
      failed += 1
      #expect([73, 74].contains(result.status), said)
      #expect(result.standardError.hasPrefix("lathe: error: "), said)
      let next = try lathe("metadata", "get", path, "general.name", "--raw")
      #expect(next.status == 0, "\(next.standardError)")
      let content = try folder.bytes("model.gguf")
      // Only when nothing is left to be done but the sync of the folder it is changed.
      #expect(content == old || fault == "sync:EIO" && content == new, said)
      #expect(next.standardOutput == (content == old ? "a" : "another name"), said)
      #expect(try folder.names() == ["model.gguf"], said)
      if content == new { _ = try folder.write("model.gguf", old) }
    }
    #expect(try folder.bytes("model.gguf") == new)
    #expect(
      failed >= ["write:EIO": 8, "write:ENOSPC": 8, "sync:EIO": 4, "read:EIO": 2][fault] ?? 1)
  }

  /// Killed at every call: what opens the file next puts it right.
  @Test(arguments: ["write", "sync", "rename", "remove"]) func killedAnywhere(call: String) throws {
    var torn = 0
    var kills = 0
    for count in 0..<200 {
      let result = try edit("\(call):KILL:\(count)")
      if result.status == 0 { break }
      kills += 1
      #expect(result.status == 128 + SIGKILL, "\(result.standardError)")
      let left = try folder.bytes("model.gguf")
      if left != old, left != new { torn += 1 }
      let next = try lathe("inspect", path)
      #expect(next.status == 0, "\(next.standardError)")
      let content = try folder.bytes("model.gguf")
      #expect(content == old || content == new, "\(call) \(count)")
      let names = try folder.names()
      #expect(names == ["model.gguf"] || names == ["model.gguf", "model.gguf.undo.partial"])
      if content == new { _ = try folder.write("model.gguf", old) }
    }
    // The run that was let through takes the place of what was left, and leaves nothing.
    #expect(try folder.bytes("model.gguf") == new)
    #expect(try folder.names() == ["model.gguf"])
    #expect(kills >= ["write": 8, "sync": 4][call] ?? 1)
    #expect(call != "write" || torn >= 4)
  }

  /// Taking a change back can be interrupted as well, any number of times.
  @Test func replayIsRepeatable() throws {
    #expect(try edit("write:KILL:8").status == 128 + SIGKILL)
    #expect(try folder.names() == ["model.gguf", "model.gguf.undo"])
    let torn = try folder.bytes("model.gguf")
    let undo = try folder.bytes("model.gguf.undo")
    for fault in [
      "write:EIO:0", "write:EIO:2", "sync:EIO:0", "remove:EIO:0", "read:EIO:1", "write:KILL:1",
      "sync:KILL:0", "remove:KILL:0",
    ] {
      _ = try folder.write("model.gguf", torn)
      _ = try folder.write("model.gguf.undo", undo)
      let result = try lathe("inspect", path, environment: ["LATHE_FAULT": fault])
      let status = fault.contains("KILL") ? 128 + SIGKILL : 74
      #expect(result.status == status, "\(fault): \(result.standardError)")
      #expect(try folder.names() == ["model.gguf", "model.gguf.undo"])
    }
    // Any command that opens the file does it.
    #expect(try lathe("convert", path, "-o", folder.path("out.gguf")).status == 0)
    #expect(try folder.bytes("model.gguf") == old)
    #expect(try folder.names() == ["model.gguf", "out.gguf"])
  }

  /// A file that is not what the undo file tells of is not touched, and not read.
  @Test func anUndoFileOfAnotherFileIsRefused() throws {
    #expect(try edit("write:KILL:8").status == 128 + SIGKILL)
    var other = try folder.bytes("model.gguf")
    other[other.count - 1] ^= 1
    _ = try folder.write("model.gguf", other)
    let result = try lathe("inspect", path)
    #expect(result.status == 65, "\(result.standardError)")
    #expect(result.standardError.contains("model.gguf.undo"))
    #expect(result.standardError.contains("remove the undo file"))
    #expect(try folder.bytes("model.gguf") == other)
    try FileManager.default.removeItem(atPath: path + ".undo")
    _ = try folder.write("model.gguf", old)
    #expect(try lathe("inspect", path).status == 0)
  }

  /// A signal at some moment while the header is being written.
  @Test func killedByASignal() throws {
    let long = String(repeating: "a long description ", count: 1 << 20)
    let big = folder.path("big.gguf")
    let text = SmallFiles.gguf(
      [
        ("general.architecture", .text("llama")), ("general.name", .text("a")),
        ("general.description", .text(long)),
      ], [])
    _ = try folder.write("big.gguf", text)
    var undone = 0
    for round in 0..<6 {
      let before = try folder.bytes("big.gguf")
      let run = try RunningLathe(
        [
          "metadata", "set", big, "general.name=string:\(round)",
          "general.description=string:\(round)", "--in-place",
        ],
        in: folder)
      if run.waits(for: big + ".undo") {
        usleep(UInt32(round) * 2000)
        run.send(SIGKILL)
      }
      let end = try run.end()
      let next = try lathe("metadata", "get", big, "general.name", "--raw")
      #expect(next.status == 0, "\(next.standardError)")
      #expect(FileManager.default.fileExists(atPath: big + ".undo") == false)
      let after = try folder.bytes("big.gguf")
      if end.status != 0, after == before { undone += 1 }
      #expect(next.standardOutput == "\(round)" || after == before)
      _ = try folder.write("big.gguf", text)
    }
    #expect(undone >= 1)
  }

  /// A new file appears whole or not at all.
  @Test func aNewFileThatFailsLeavesNothing() throws {
    let output = folder.path("out.gguf")
    for (call, error, status) in [
      ("write", "ENOSPC", Int32(74)), ("sync", "EIO", 74), ("rename", "EIO", 73),
      ("read", "EIO", 74),
    ] {
      for count in 0..<50 {
        let result = try LatheBinary.run(
          ["metadata", "set", path, "-o", output] + Self.change,
          environment: ["LATHE_FAULT": "\(call):\(error):\(count)"])
        if result.status == 0 {
          try FileManager.default.removeItem(atPath: output)
          break
        }
        #expect(result.status == status, "\(call) \(count): \(result.standardError)")
        #expect(try folder.names() == ["model.gguf"])
        #expect(try folder.bytes("model.gguf") == old)
      }
    }
  }
}
