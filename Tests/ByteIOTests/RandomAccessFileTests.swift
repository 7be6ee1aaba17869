import ByteIO
import Failures
import Foundation
import Testing
import _TestSupport

@Suite struct RandomAccessFileTests {
  @Test func readsAnyRange() throws {
    let folder = try TemporaryFolder()
    let file = try RandomAccessFile(try folder.write("a", Array(0..<200)))
    #expect(file.size == 200)
    #expect(try file.read(count: 3, at: 197) == [197, 198, 199])
    #expect(try file.read(count: 0, at: 200).isEmpty)
    #expect(try file.readAll(limit: 200).count == 200)
  }

  @Test(arguments: [(1, UInt64(200)), (201, UInt64(0)), (1, UInt64.max), (Int.max, UInt64(1))])
  func refusesWhatTheFileDoesNotHold(_ count: Int, _ offset: UInt64) throws {
    let folder = try TemporaryFolder()
    let file = try RandomAccessFile(try folder.write("a", Array(0..<200)))
    let error = #expect(throws: ByteIOError.self) { try file.read(count: count, at: offset) }
    #expect(error?.code == .truncated)
    #expect(error?.exitStatus == .malformed)
  }

  @Test func saysWhatIsWrongWithThePath() throws {
    let folder = try TemporaryFolder()
    let missing = #expect(throws: ByteIOError.self) { try RandomAccessFile(folder.path("none")) }
    #expect(missing?.code == .missing && missing?.exitStatus == .noInput)
    let isFolder = #expect(throws: ByteIOError.self) {
      try RandomAccessFile(folder.url.path())
    }
    #expect(isFolder?.code == .unreadable && isFolder?.exitStatus == .noInput)
    let tooLong = #expect(throws: ByteIOError.self) {
      try RandomAccessFile(try folder.write("long", [1, 2, 3])).readAll(limit: 2)
    }
    #expect(tooLong?.code == .unreadable)
  }

  @Test func aChangedSourceIsAnError() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a", [1, 2, 3])
    let pool = FilePool(capacity: 1)
    _ = try pool.file(path)
    try pool.checkUnchanged()
    _ = try folder.write("a", [1, 2, 3, 4])
    let error = #expect(throws: ByteIOError.self) { try pool.checkUnchanged() }
    #expect(error?.code == .changed)
    let other = try folder.write("b", [1])
    _ = try? pool.file(other)
    let reopened = #expect(throws: ByteIOError.self) { try pool.file(path) }
    #expect(reopened?.code == .changed)
  }

  @Test func thePoolKeepsFewFilesOpen() throws {
    let folder = try TemporaryFolder()
    let pool = FilePool(capacity: 4)
    for index in 0..<100 {
      let file = try pool.file(try folder.write("f\(index)", [UInt8(index)]))
      #expect(try file.read(count: 1, at: 0) == [UInt8(index)])
    }
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    #expect(open < 64)
  }
}
