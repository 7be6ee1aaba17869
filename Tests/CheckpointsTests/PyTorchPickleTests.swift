import ByteIO
import Failures
import Testing
import _TestSupport

@testable import Checkpoints

/// Pickles made by hand, in a zip with one storage of four floats.
@Suite struct PyTorchPickleTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func zip(_ pickle: String, byteOrder: String = "little", version: String = "3\n")
    -> [UInt8]
  {
    var plan = ZipPlan()
    plan.add("r/data.pkl", pickle.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    plan.add("r/byteorder", Array(byteOrder.utf8))
    plan.add("r/data/0", [UInt8](0..<16))
    plan.add("r/version", Array(version.utf8))
    let file = plan.finish("x.bin")
    var bytes = [UInt8](repeating: 0, count: Int(file.size))
    for segment in file.segments {
      bytes.withUnsafeMutableBytes { $0[Int(segment.offset)...].copyBytes(from: segment.bytes) }
    }
    return bytes
  }

  /// Instructions that push a tensor of two by two; `flags` adds a dict after the hooks.
  private func tensor(
    function: String = "_rebuild_tensor_v2", type: String = "torch\nFloatStorage",
    flags: String = ""
  ) -> String {
    "ctorch._utils\n\(function)\n((X\u{7}\0\0\0storagec\(type)\nX\u{1}\0\0\00X\u{3}\0\0\0cpuK\u{4}tQ"
      + "K\0K\u{2}K\u{2}\u{86}K\u{2}K\u{1}\u{86}\u{89}}\(flags)tR"
  }

  private func names(_ pickle: String) throws -> [String] {
    let path = try folder.write("x.bin", zip(pickle))
    return try PyTorch.open(path, pool: FilePool()).tensors.map(\.name)
  }

  private func code(_ pickle: String) throws -> CheckpointError.Code? {
    try PyTorchTestFiles.failure(zip(pickle), in: folder)?.code
  }

  @Test func roots() throws {
    let t = tensor()
    let start = "\u{80}\u{2}"
    #expect(try names("\(start)}X\u{1}\0\0\0w\(t)s.") == ["w"])
    #expect(try names("\(start)\(t).") == ["0"])
    #expect(try names("\(start)(\(t)\(t)t.") == ["0", "1"])
    #expect(try names("\(start)}K\u{5}\(t)s.") == ["5"])
    // Nested names are joined; a wrapper gives way to its content.
    let inner = "}X\u{1}\0\0\0w\(t)s"
    #expect(try names("\(start)}X\u{1}\0\0\0a\(inner)s.") == ["a.w"])
    #expect(try names("\(start)}X\u{5}\0\0\0model\(inner)s.") == ["w"])
    #expect(try names("\(start)}X\u{6}\0\0\0module\(inner)sX\u{1}\0\0\0a\(inner)s.") == ["w"])
    #expect(
      try names("\(start)}X\u{5}\0\0\0model\(inner)sX\u{1}\0\0\0w\(t)s.") == ["model.w", "w"])
    // Protocol 0 and 1 instructions.
    #expect(try names("(dS'w'\n\(t)s.") == ["w"])
    #expect(try names("(lp0\n\(t)ag0\n0.") == ["0"])
  }

  @Test func refusals() throws {
    let t = tensor()
    #expect(try code("\u{80}\u{2}}X\u{1}\0\0\0w\(t)sX\u{1}\0\0\0w\(t)s.") == .duplicate)
    #expect(try code("\u{80}\u{2}}N\(t)s.") == .header)
    #expect(try code("\u{80}\u{9}}.") == .unsupported)
    #expect(try code("\u{80}\u{2}\(tensor(function: "_rebuild_sparse_tensor")).") == .unsupported)
    #expect(try code("\u{80}\u{2}\(tensor(flags: "}X\u{4}\0\0\0conj\u{88}s")).") == .unsupported)
    #expect(try code("\u{80}\u{2}\(tensor(flags: "}X\u{4}\0\0\0conj\u{89}s")).") == nil)
    #expect(try code("\u{80}\u{2}\(tensor(type: "torch\nfloat32")).") == .header)
    #expect(try code("\u{80}\u{2}}\u{5D}b.") == .forbidden)
    #expect(try code("\u{80}\u{2}K\u{1})R.") == .forbidden)
    #expect(try code("\u{80}\u{2}ctorch\nTensor\n)R.") == .forbidden)
    #expect(try code("\u{80}\u{2}\u{82}\u{1}.") == .forbidden)
    #expect(try code("\u{80}\u{2}X\u{1}\0\0\0\u{FF}.") == .header)
    let storage = "(X\u{7}\0\0\0storagectorch\nFloatStorage\nX\u{1}\0\0\00X\u{3}\0\0\0cpu"
    #expect(try code("\u{80}\u{2}(\(storage)K\u{4}tQ\(storage)K\u{3}tQt.") == .tensor)
  }

  @Test func depthCyclesAndBombs() throws {
    let t = tensor()
    let deep = String(repeating: "\u{85}", count: 100_000)
    #expect(try code("\u{80}\u{2}\(t)\(deep).") == .limit)
    // A list that holds itself twice, and a tensor.
    #expect(try code("\u{80}\u{2}]q\0(\(t)h\0h\0e.") == .limit)
    // Thirty levels, each holding the one below four times: 4^30 paths to one tensor.
    var bomb = "\u{80}\u{2}\(t)"
    for _ in 0..<30 { bomb += "q\0h\0h\0\u{87}h\0\u{86}" }
    #expect(try code(bomb + ".") == .limit)
  }

  @Test func smallMembers() throws {
    let pickle = "\u{80}\u{2}\(tensor())."
    func failure(_ bytes: [UInt8]) throws -> CheckpointError? {
      try PyTorchTestFiles.failure(bytes, in: folder)
    }
    #expect(try failure(zip(pickle)) == nil)
    #expect(try failure(zip(pickle, byteOrder: "big"))?.code == .unsupported)
    #expect(try failure(zip(pickle, version: "99\n"))?.code == .unsupported)
    #expect(try failure(zip(pickle, version: String(repeating: "3", count: 65)))?.code == .limit)
    #expect(try failure([])?.code == .unrecognised)
    #expect(try failure(Array("version https://git-lfs".utf8))?.code == .unrecognised)
    do throws(CheckpointError) {
      _ = try PyTorch.open(folder.path("none.bin"), pool: FilePool())
      Issue.record("a missing file was opened")
    } catch {
      #expect(error.code == .io && error.exitStatus == .noInput)
    }
  }

  @Test func recognition() {
    func head(_ bytes: [UInt8]) -> [UInt8] { bytes + [UInt8](repeating: 0, count: 40) }
    #expect(PyTorch.recognises(path: "a.bin", head: head(TorchSignature.zip)))
    #expect(PyTorch.recognises(path: "a.pth", head: head([0x80, 2])))
    #expect(PyTorch.recognises(path: "a.data", head: head(TorchSignature.legacy)))
    #expect(!PyTorch.recognises(path: "a.zip", head: head(TorchSignature.zip)))
    #expect(!PyTorch.recognises(path: "a.bin", head: head(Array("GGUF".utf8))))
    #expect(PyTorch.recognises(path: "pytorch_model.bin.index.json", head: head([0x7B])))
    #expect(!PyTorch.recognises(path: "model.safetensors.index.json", head: head([0x7B])))
  }
}
