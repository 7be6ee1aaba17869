import ByteIO
import Checkpoints
import Failures
import Foundation
import Testing
import _TestSupport

@Suite struct PyTorchHostileTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func everyCaseIsThere() {
    #expect(PyTorchTestFiles.manifest.hostile.count == 57)
  }

  @Test(arguments: PyTorchTestFiles.manifest.hostile.map(\.name))
  func isHandledAsExpected(_ name: String) throws {
    let found = PyTorchTestFiles.manifest.hostile.first { $0.name == name }
    let hostile = try #require(found)
    let bytes = try PyTorchTestFiles.golden("hostile/" + name)
    #expect(Golden.sha256(bytes) == hostile.sha256)
    let start = ContinuousClock.now
    let failure = try PyTorchTestFiles.failure(bytes, name, in: folder)
    #expect(ContinuousClock.now - start < .seconds(1))
    switch hostile.expect {
    case "accept": #expect(failure == nil)
    case "reject": #expect(failure != nil)
    default: break
    }
    if let failure {
      #expect([65, 66, 69].contains(failure.exitStatus.rawValue), "\(failure)")
      #expect(failure.message.count > 20 && failure.place.file != nil, "\(failure)")
    }
    // What the pickles and member names would have made, had anything been run or unpacked.
    let markers = try FileManager.default.contentsOfDirectory(atPath: "/tmp")
      .filter { $0.hasPrefix("PWNED-shared") }
    #expect(markers.isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path()) == [name])
  }

  @Test(arguments: [
    ("rce-os-system", "posix.system"), ("rce-eval", "eval"), ("rce-stack-global", "posix.system"),
    ("rce-inst", "posix.system"), ("rce-obj", "posix.system"),
    ("rce-newobj-build", "posix.system"), ("rce-inside-storage-args", "posix.system"),
    ("rce-torch-submodule", "torch.hub"), ("unknown-class", "mycompany.models.SecretNet"),
    ("unknown-storage-class", "Storage"), ("legacy-rce", "posix.system"),
    ("rce-raw-pickle", "posix.system"),
  ])
  func forbiddenNamesAreNamed(_ name: String, _ global: String) throws {
    let bytes = try PyTorchTestFiles.golden("hostile/\(name).bin")
    let failure = try #require(try PyTorchTestFiles.failure(bytes, in: folder))
    #expect(failure.code == .forbidden)
    #expect(failure.exitStatus == .malformed)
    #expect(failure.message.contains(global), "\(failure.message)")
  }

  @Test func indexThatLeavesItsFolder() throws {
    let name = "pytorch_model.bin.index.json"
    let failure = try #require(
      try PyTorchTestFiles.failure(
        PyTorchTestFiles.golden("hostile/bin-traversal/" + name), name, in: folder))
    #expect(failure.code == .index)
    #expect(failure.exitStatus == .malformed)
  }

  @Test func everyCutIsRefused() throws {
    let whole = try PyTorchTestFiles.golden("odd/pickle-protocol-4.bin")
    for count in stride(from: 0, to: whole.count, by: 13) {
      let failure = try PyTorchTestFiles.failure(Array(whole[..<count]), in: folder)
      #expect(failure != nil, "cut after \(count) bytes")
    }
    let legacy = try PyTorchTestFiles.golden("odd/odd-legacy.bin")
    for count in stride(from: 0, to: legacy.count, by: 17) {
      #expect(try PyTorchTestFiles.failure(Array(legacy[..<count]), in: folder) != nil)
    }
  }

  /// No change of a byte traps; what still opens still reads within its bounds.
  @Test(arguments: ["odd/odd.bin", "odd/odd-legacy.bin", "odd/pickle-protocol-5.bin"])
  func changedBytesNeverTrap(_ name: String) throws {
    let whole = try PyTorchTestFiles.golden(name)
    var generator = SystemRandomNumberGenerator()
    for round in 0..<1500 {
      var bytes = whole
      for _ in 0...(round % 3) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
      let path = try folder.write("x.bin", bytes)
      do {
        let reader = try PyTorch.open(path, pool: FilePool())
        for index in reader.tensors.indices where reader.tensors[index].byteCount < 1 << 20 {
          _ = try PyTorchTestFiles.content(reader, index)
        }
      } catch let error as CheckpointError {
        #expect([65, 66, 69].contains(error.exitStatus.rawValue), "\(error)")
      }
    }
  }
}
