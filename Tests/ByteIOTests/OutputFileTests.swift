import ByteIO
import Failures
import Foundation
import Testing
import _TestSupport

@Suite struct OutputFileTests {
  @Test func writesPastFourGibibytes() throws {
    let folder = try TemporaryFolder()
    let far: UInt64 = 5 << 30
    let file = try OutputFile(folder.path("sparse"), size: far + 16)
    try file.write([1, 2, 3, 4], at: far + 12)
    let back = try RandomAccessFile(folder.path("sparse"))
    #expect(back.size == far + 16)
    #expect(try back.read(count: 8, at: far + 8) == [0, 0, 0, 0, 1, 2, 3, 4])
  }

  @Test(arguments: [(UInt64(9), 2), (UInt64(11), 1), (UInt64.max, 1)])
  func refusesToWriteOutsideThePlan(_ offset: UInt64, _ count: Int) throws {
    let folder = try TemporaryFolder()
    let file = try OutputFile(folder.path("small"), size: 10)
    let error = #expect(throws: ByteIOError.self) {
      try file.write([UInt8](repeating: 1, count: count), at: offset)
    }
    #expect(error?.code == .write)
  }

  @Test func copiesInsideTheKernel() throws {
    let folder = try TemporaryFolder()
    let source = try RandomAccessFile(try folder.write("a", Array(0..<100)))
    let file = try OutputFile(folder.path("b"), size: 50)
    if try file.copy(from: source, at: 20, count: 30, to: 10) {
      let back = try RandomAccessFile(folder.path("b"))
      #expect(try back.read(count: 30, at: 10) == Array(20..<50))
    }
    let error = #expect(throws: ByteIOError.self) {
      try file.copy(from: source, at: 90, count: 20, to: 0)
    }
    #expect(error?.code == .truncated)
  }
}
