import Foundation
import Testing
import _TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Disks that fill up and break, runs that are killed, sources that change.
@Suite struct FaultTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func source() throws -> String {
    try folder.write("in.safetensors", SmallFiles.safetensors(SmallFiles.mixed()))
  }

  /// Every call that can fail does, at its first and at later times; only the source is left.
  @Test(arguments: ["out.safetensors", "out.bin", "out.gguf", "out"], ["source", "f16"])
  func everyCallFails(output: String, type: String) throws {
    let source = try source()
    let path = folder.path(output)
    let options = ["convert", source, "-o", path, "--type", type, "--quiet"]
    var failed: [String: Int] = [:]
    for (call, error, text, status) in [
      ("write", "ENOSPC", "No space left on device", Int32(74)),
      ("write", "EIO", "Input/output", 74),
      ("write", "EDQUOT", "quota", 74), ("read", "EIO", "Input/output error", 74),
      ("sync", "EIO", "Input/output error", 74), ("rename", "EIO", "Input/output error", 73),
    ] {
      for count in 0..<200 {
        let result = try LatheBinary.run(
          options, environment: ["LATHE_FAULT": "\(call):\(error):\(count)"])
        if result.status == 0 {
          // No more calls of this kind than that.
          try FileManager.default.removeItem(atPath: path)
          break
        }
        let said = Comment(rawValue: "\(call) \(count): \(result.status): \(result.standardError)")
        #expect(result.status == status, said)
        #expect(result.standardError.hasPrefix("lathe: error: "), said)
        #expect(result.standardError.lowercased().contains(text.lowercased()), said)
        #expect(
          result.standardError.contains(call == "read" ? source : path), said)
        #expect(try folder.names() == ["in.safetensors"], said)
        failed[call, default: 0] += 1
      }
    }
    #expect(failed["write", default: 0] >= 6)
    #expect(failed["read", default: 0] >= 2)
    #expect(failed["sync", default: 0] >= 1)
    #expect(failed["rename", default: 0] == 1)
  }

  /// What was there before a failed run is still there.
  @Test func aFailedRunKeepsTheOldOutput() throws {
    let source = try source()
    let file = try folder.write("out.gguf", [1, 2, 3])
    let kept = try folder.write("out/kept", [4])
    for fault in ["write:ENOSPC:1", "rename:EIO:0", "sync:EIO:0"] {
      for output in [file, folder.path("out")] {
        let result = try lathe(
          "convert", source, "-o", output, "--force", environment: ["LATHE_FAULT": fault])
        #expect(result.status == (fault.hasPrefix("rename") ? 73 : 74))
      }
    }
    #expect(try folder.bytes("out.gguf") == [1, 2, 3])
    #expect(FileManager.default.fileExists(atPath: kept))
    #expect(try folder.names() == ["in.safetensors", "out", "out.gguf"])
  }

  /// Takes long enough for something to happen meanwhile, and no disk for itself.
  private func longSource() throws -> String {
    let path = folder.path("long.safetensors")
    try SmallFiles.sparse(path, (0..<4).map { ("t\($0).weight", "F32", [1 << 13, 1 << 13], 4) })
    return path
  }

  private func longRun(_ output: String) throws -> [String] {
    [
      "convert", try longSource(), "-o", folder.path(output), "--type", "q8_0", "--to", "gguf",
      "--threads", "1", "--sync", "none",
    ]
  }

  @Test(arguments: [(SIGKILL, 137), (SIGINT, 130), (SIGTERM, 130)] as [(Int32, Int32)])
  func interrupted(signal: Int32, status: Int32) throws {
    let arguments = try longRun("out.gguf")
    let run = try RunningLathe(arguments, in: folder)
    #expect(run.waits(for: folder.path("out.gguf.partial")))
    run.send(signal)
    #expect(try run.end().status == status)
    #expect(try folder.names() == ["long.safetensors", "out.gguf.partial", "stderr"])
    // The next run takes the place of what was left, and leaves nothing.
    let next = try LatheBinary.run(arguments)
    #expect(next.status == 0, "\(next.standardError)")
    #expect(try folder.names() == ["long.safetensors", "out.gguf", "stderr"])
  }

  /// Two runs may not build the same output; the first is not disturbed.
  @Test(arguments: ["out.gguf", "out"]) func twoRunsAtOnce(output: String) throws {
    var arguments = try longRun("out.gguf")
    if output == "out" {
      arguments = [
        "convert", folder.path("long.safetensors"), "-o", folder.path("out"), "--type", "bf16",
        "--threads", "1", "--sync", "none",
      ]
    }
    let run = try RunningLathe(arguments, in: folder)
    #expect(run.waits(for: folder.path(output + ".partial")))
    let second = try LatheBinary.run(arguments)
    let end = try run.end()
    #expect(second.status == 73, "\(second.standardError)")
    #expect(second.standardError.contains("another run"), "\(second.standardError)")
    #expect(end.status == 0, "\(end.errors)")
    #expect(try folder.names() == ["long.safetensors", output, "stderr"])
  }

  @Test func interruptedFolder() throws {
    let arguments = [
      "convert", try longSource(), "-o", folder.path("out"), "--type", "bf16", "--threads", "1",
      "--sync", "none", "--max-shard-size", "200MB",
    ]
    let run = try RunningLathe(arguments, in: folder)
    #expect(run.waits(for: folder.path("out.partial/model-00001-of-00004.safetensors")))
    run.send(SIGKILL)
    #expect(try run.end().status == 128 + SIGKILL)
    #expect(try folder.names() == ["long.safetensors", "out.partial", "stderr"])
    _ = try folder.write("out.partial/stale", [1])
    let next = try LatheBinary.run(arguments)
    #expect(next.status == 0, "\(next.standardError)")
    #expect(try folder.names() == ["long.safetensors", "out", "stderr"])
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path("out"))
    #expect(files.count == 5 && !files.contains("stale"))
  }

  /// Longer, shorter or only newer: a source that changed while it was read is no source.
  @Test(arguments: ["grows", "shrinks", "is touched", "is written to"])
  func changingSource(how: String) throws {
    let arguments = try longRun("out.gguf")
    let source = folder.path("long.safetensors")
    let run = try RunningLathe(arguments, in: folder)
    #expect(run.waits(for: folder.path("out.gguf.partial")))
    let handle = try FileHandle(forUpdating: URL(filePath: source))
    let size = try handle.seekToEnd()
    switch how {
    case "grows": try handle.truncate(atOffset: size + 1)
    case "shrinks": try handle.truncate(atOffset: size - (64 << 20))
    case "is touched": utimes(source, nil)
    default:
      try handle.seek(toOffset: size - 1)
      try handle.write(contentsOf: [1])
    }
    try handle.close()
    let end = try run.end()
    #expect(end.status == 74, "\(end.errors)")
    #expect(end.errors.contains(source), "\(end.errors)")
    #expect(end.errors.contains("changed"), "\(end.errors)")
    #expect(try folder.names() == ["long.safetensors", "stderr"])
  }

  /// One line of JSON a second, and one for the beginning, the syncing and the end.
  @Test func progressLines() throws {
    var arguments = try longRun("out.gguf")
    arguments.removeLast(2)
    let result = try LatheBinary.run(arguments + ["--progress", "json", "--quiet"])
    #expect(result.status == 0)
    #expect(result.standardError == "")
    arguments += ["--progress", "json", "--force"]
    let told = try LatheBinary.run(arguments)
    #expect(told.status == 0)
    let events = try told.standardError.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let names = events.compactMap { $0["event"] as? String }
    #expect(names.first == "began" && names.last == "done")
    #expect(names.count { $0 == "syncing" } == 1)
    let lines = names.count { $0 == "progress" }
    #expect(lines == names.count - 3)
    let seconds = try #require(events.last?["seconds"] as? Double)
    #expect(Double(lines) <= seconds + 1 && Double(lines) >= seconds - 2)
    let total = try #require(events.first?["bytes"] as? Int)
    #expect(total == 4 * (1 << 26) / 32 * 34)
    var before = 0
    for event in events where event["event"] as? String == "progress" {
      let bytes = try #require(event["bytes"] as? Int)
      #expect(bytes > before && bytes <= total)
      #expect(event["total"] as? Int == total)
      before = bytes
    }
  }
}
