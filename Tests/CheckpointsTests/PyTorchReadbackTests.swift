import Checkpoints
import Foundation
import Tensors
import Testing
import _TestSupport

/// Evidence that torch reads what Lathe writes: the recorded files are rewritten bit for bit.
@Suite struct PyTorchReadbackTests {
  private struct Record: Decodable {
    struct File: Decodable {
      let name: String
      let sha256: String
      let tensors: [Tensor]?
      let shared: [[String]]?
    }
    struct Tensor: Decodable {
      let name: String
      let dtype: String
      let shape: [Int]
      let stride: [Int]
      let sha256: String
    }
    let peer: String
    let version: String
    let files: [File]
  }

  /// One file and shards of the same tensors, under names that can stand side by side.
  private func write(to folder: TemporaryFolder) throws -> [String: String] {
    var paths: [String: String] = [:]
    for request in [
      PyTorchWriteTests.request("single.bin"),
      PyTorchWriteTests.request("pytorch_model.bin", maxShardBytes: 300),
    ] {
      for plan in try PyTorch.layOut(request) {
        paths[plan.name] = try PyTorchTestFiles.write(
          plan, to: folder, data: PyTorchWriteTests.data)
      }
    }
    return paths
  }

  @Test func torchReadTheseFiles() throws {
    let folder = try TemporaryFolder()
    let paths = try write(to: folder)
    if let target = ProcessInfo.processInfo.environment["LATHE_RECORD_PYTORCH"] {
      for (name, path) in paths {
        try Data(contentsOf: URL(filePath: path)).write(
          to: URL(filePath: target).appending(path: name))
      }
      return
    }
    let record = try JSONDecoder().decode(
      Record.self, from: Data(PyTorchTestFiles.golden("readback.json")))
    #expect(record.peer == "torch")
    #expect(Set(record.files.map(\.name)) == Set(paths.keys))
    var seen: [String: Int] = [:]
    for file in record.files {
      let path = try #require(paths[file.name])
      #expect(Golden.sha256(try Data(contentsOf: URL(filePath: path))) == file.sha256)
      for tensor in file.tensors ?? [] {
        let index = try #require(
          PyTorchWriteTests.tensors.firstIndex { $0.name == tensor.name })
        let written = PyTorchWriteTests.tensors[index]
        let word = written.encoding.scalarType?.ids[.torchDType]
        #expect(word == .word(String(tensor.dtype.dropFirst("torch.".count))))
        #expect(Shape(tensor.shape) == written.shape)
        #expect(tensor.sha256 == Golden.sha256(PyTorchWriteTests.data(index)))
        var stride = 1
        for axis in tensor.shape.indices.reversed() {
          #expect(tensor.stride[axis] == stride)
          stride *= max(tensor.shape[axis], 1)
        }
        seen[tensor.name, default: 0] += 1
      }
      if file.tensors?.contains(where: { $0.name == "tied.a" }) == true {
        #expect(file.shared == [["tied.a", "tied.b"]])
      }
    }
    // Once in the single file, once in a shard.
    #expect(seen.count == PyTorchWriteTests.tensors.count)
    #expect(seen.values.allSatisfy { $0 == 2 })
  }
}
