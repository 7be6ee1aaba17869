import ByteIO
import Failures
import Foundation
import Testing
import _TestSupport

@Suite struct OutputTransactionTests {
  @Test func aFileAppearsOnlyWithCommit() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("out.bin")
    let transaction = try OutputTransaction(path, isFolder: false, replace: false)
    let file = try OutputFile(try transaction.path(of: "out.bin"), size: 4)
    try file.write([1, 2, 3, 4], at: 0)
    #expect(FileIdentity.of(path) == nil)
    #expect(FileIdentity.of(path + ".partial")?.size == 4)
    try transaction.commit(sync: true)
    #expect(try Data(contentsOf: URL(filePath: path)) == Data([1, 2, 3, 4]))
    #expect(FileIdentity.of(path + ".partial") == nil)
  }

  @Test func aFolderAppearsWholeAndReplacesTheOldOne() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("out/old.txt", [9])
    let path = folder.path("out")
    let refused = #expect(throws: ByteIOError.self) {
      try OutputTransaction(path, isFolder: true, replace: false)
    }
    #expect(refused?.code == .exists)
    let transaction = try OutputTransaction(path, isFolder: true, replace: true)
    let file = try OutputFile(try transaction.path(of: "sub/new.txt"), size: 1)
    try file.write([7], at: 0)
    #expect(FileIdentity.of(folder.path("out/old.txt")) != nil)
    try transaction.commit(sync: false)
    #expect(FileIdentity.of(folder.path("out/old.txt")) == nil)
    #expect(FileIdentity.of(folder.path("out/sub/new.txt"))?.size == 1)
    #expect(FileIdentity.of(path + ".partial") == nil)
  }

  @Test func discardLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let transaction = try OutputTransaction(folder.path("out"), isFolder: true, replace: false)
    _ = try OutputFile(try transaction.path(of: "a/b/c"), size: 10)
    try transaction.discard()
    #expect(try Paths.names(in: folder.url.path()).isEmpty)
  }

  @Test(arguments: ["missing/out.gguf", "file/out.gguf"])
  func anOutputThatCannotBeMadeIsSaidBeforehand(_ name: String) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("file", [1])
    let error = #expect(throws: ByteIOError.self) {
      try OutputTransaction.check(folder.path(name), isFolder: false, replace: false)
    }
    #expect(error?.code == .create)
    #expect(error?.exitStatus == .cannotCreate)
  }

  @Test func aFolderIsNeverReplacedByAFile() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("out/x", [1])
    let error = #expect(throws: ByteIOError.self) {
      try OutputTransaction.check(folder.path("out"), isFolder: false, replace: true)
    }
    #expect(error?.code == .exists)
  }
}
