import Failures
import Foundation
import Testing
import _TestSupport

@testable import ByteIO

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Changes of existing files, and what takes them back.
@Suite struct InPlaceEditTests {
  let folder: TemporaryFolder
  let path: String
  static let old = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 / 251) }
  /// The first bytes as they are to be.
  static let start =
    old[..<100] + [1, 2, 3] + old[103..<90_000].map { $0 ^ 0xFF } + old[90_000..<100_000]
  static let new = Array(start) + old[100_000...]

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.write("file", Self.old)
  }

  private func content() throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

  /// The undo file of that change.
  private func undo() throws -> UndoFile {
    let file = try ExistingFile(path, forWriting: false)
    return UndoFile(
      fileSize: file.size, offset: 100,
      surroundings: try UndoFile.surroundings(of: file, offset: 100, count: 89_900),
      before: Array(Self.old[100..<90_000]), after: Array(Self.new[100..<90_000]))
  }

  @Test func changesAndLeavesNothing() throws {
    let edit = try InPlaceEdit(path, start: Array(Self.start))
    #expect(!edit.isEmpty)
    try edit.apply()
    #expect(try content() == Self.new)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path()) == ["file"])
    #expect(try InPlaceEdit(path, start: Array(Self.start)).isEmpty)
  }

  /// Wherever a change ended, opening the file takes it back.
  @Test(arguments: [0, 1, 50, 89_899, 89_900]) func opensAsBefore(done: Int) throws {
    _ = try folder.write("file.undo", try undo().bytes)
    var torn = Self.old
    torn.replaceSubrange(100..<100 + done, with: Self.new[100..<100 + done])
    _ = try folder.write("file", torn)
    let file = try RandomAccessFile(path)
    #expect(try file.read(count: Self.old.count, at: 0) == Self.old)
    #expect(FileIdentity.of(path + ".undo") == nil)
  }

  @Test func aLinkToTheFileOpensAsBefore() throws {
    _ = try folder.write("file.undo", try undo().bytes)
    _ = try folder.write("file", Self.new)
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    #expect(try RandomAccessFile(link).read(count: 200, at: 0) == Array(Self.old[..<200]))
    #expect(FileIdentity.of(path + ".undo") == nil)
  }

  /// What is not meant for this file as it is now is refused, and neither file is touched.
  @Test(arguments: [
    "short", "version", "checksum", "other-size", "other-end", "other-byte", "beyond", "counts",
  ])
  func refusesHostileUndoFiles(how: String) throws {
    var bytes = try undo().bytes
    var current = Self.new
    switch how {
    case "short": bytes = Array(bytes[..<60])
    case "version": bytes[8] = 2
    case "checksum": bytes[200] ^= 1
    case "other-size": current.append(0)
    case "other-end": current[150_000] ^= 1
    case "other-byte": current[5000] = Self.old[5000] ^ 0x55
    case "beyond":
      bytes =
        UndoFile(
          fileSize: 200_000, offset: 199_999, surroundings: [UInt8](repeating: 0, count: 32),
          before: [1, 2], after: [3, 4]
        ).bytes
    default:
      bytes =
        UndoFile(
          fileSize: 200_000, offset: 0, surroundings: [UInt8](repeating: 0, count: 32),
          before: [1, 2, 3], after: [3]
        ).bytes
    }
    if how == "other-end" { current[199_999] ^= 1 }
    _ = try folder.write("file", current)
    let name = try folder.write("file.undo", bytes)
    let error = #expect(throws: ByteIOError.self) { try RandomAccessFile(path) }
    #expect(error?.code == .undo)
    #expect(error?.place.file == name)
    #expect(error?.message.contains("remove the undo file") == true)
    #expect(try content() == current)
    #expect(FileIdentity.of(name)?.size == UInt64(bytes.count))
  }

  /// What only bears such a name is somebody else's.
  @Test func leavesOthersAlone() throws {
    let name = try folder.write("file.undo", Array("my notes".utf8))
    #expect(try RandomAccessFile(path).size == 200_000)
    #expect(FileIdentity.of(name) != nil)
    try FileManager.default.removeItem(atPath: name)
    #expect(mkfifo(name, 0o600) == 0)
    #expect(try RandomAccessFile(path).size == 200_000)
    unlink(name)
    try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: "nowhere")
    #expect(try RandomAccessFile(path).size == 200_000)
  }

  @Test func refusesAnUndoFileThatIsALink() throws {
    let real = try folder.write("real", try undo().bytes)
    try FileManager.default.createSymbolicLink(
      atPath: path + ".undo", withDestinationPath: real)
    let error = #expect(throws: ByteIOError.self) { try RandomAccessFile(path) }
    #expect(error?.code == .inPlace)
    #expect(try content() == Self.old)
  }

  @Test func aChangeBeingMadeIsNotTakenBack() throws {
    let name = try folder.write("file.undo", try undo().bytes)
    _ = try folder.write("file", Self.new)
    let other = try ExistingFile(name, forWriting: false)
    #expect(other.lock())
    let error = #expect(throws: ByteIOError.self) { try RandomAccessFile(path) }
    #expect(error?.code == .busy)
    #expect(try content() == Self.new)
    withExtendedLifetime(other) {}
  }

  @Test func refusesLinksAndFilesWithTwoNames() throws {
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    #expect(throws: ByteIOError.self) { try InPlaceEdit(link, start: [1]) }
    #expect(hardLink(path, folder.path("second")) == 0)
    let error = #expect(throws: ByteIOError.self) { try InPlaceEdit(path, start: [1]) }
    #expect(error?.code == .inPlace)
    #expect(error?.message.contains("2 names") == true)
  }

  /// Of two changes of the same content only the first is made; what lies in the way is not touched.
  @Test func changesExcludeEachOther() throws {
    let first = try InPlaceEdit(path, start: [1, 2, 3])
    let second = try InPlaceEdit(path, start: [4, 5, 6])
    try first.apply()
    let late = #expect(throws: ByteIOError.self) { try second.apply() }
    #expect(late?.code == .changed)
    #expect(try content()[..<3] == [1, 2, 3])
    let third = try InPlaceEdit(path, start: [4, 5, 6])
    let name = try folder.write("file.undo", Array("my notes".utf8))
    let error = #expect(throws: ByteIOError.self) { try third.apply() }
    #expect(error?.code == .busy)
    #expect(error?.place.file == name)
    #expect(try content()[..<3] == [1, 2, 3])
  }

  /// What only has the name of an undo file is somebody else's, and stays.
  @Test(arguments: ["file", "folder"])
  func replacingAFileLeavesWhatIsNoUndoFile(kind: String) throws {
    let name = path + ".undo"
    var kept = name
    if kind == "folder" {
      try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: true)
      kept = try folder.write("file.undo/notes", Array("my notes".utf8))
    } else {
      _ = try folder.write("file.undo", Array("my notes".utf8))
    }
    let transaction = try OutputTransaction(path, isFolder: false, replace: true)
    let file = try OutputFile(transaction.partial, size: 3)
    try file.write([1, 2, 3], at: 0)
    try transaction.commit(sync: false)
    #expect(try content() == [1, 2, 3])
    #expect(try Data(contentsOf: URL(filePath: kept)) == Data("my notes".utf8))
  }

  /// A new file in the old one's place has nothing that could be undone.
  @Test func replacingAFileDropsItsUndoFile() throws {
    _ = try folder.write("file.undo", try undo().bytes)
    let transaction = try OutputTransaction(path, isFolder: false, replace: true)
    try OutputFile(transaction.partial, size: 3).write([1, 2, 3], at: 0)
    try transaction.commit(sync: false)
    #expect(try RandomAccessFile(path).read(count: 3, at: 0) == [1, 2, 3])
  }

  @Test(arguments: [0, 1, 4095, 4096, 5000]) func takesOverRuns(offset: Int) throws {
    let source = try RandomAccessFile(path)
    let count = UInt64(Self.old.count - offset)
    let target = folder.path("copy")
    let file = try OutputFile(target, size: 4096 + 5000 + count)
    let start = UInt64(4096 + offset % 4096)
    if try !file.share(from: source, at: UInt64(offset), count: count, to: start) {
      try file.take(from: source, at: UInt64(offset), count: count, to: start)
    }
    let copy = [UInt8](try Data(contentsOf: URL(filePath: target)))
    #expect(Array(copy[Int(start)..<Int(start) + Int(count)]) == Array(Self.old[offset...]))
  }
}

private func hardLink(_ old: String, _ new: String) -> Int32 { link(old, new) }
