import Foundation
import Testing
import _TestSupport

/// `lathe quantize` writes the tensors that llama-quantize wrote: every preset, without and with importance.
///
/// llama-quantize is compiled from source, too heavy for the tests: tools/peers/refresh quantize runs it and records
/// types and hashes. Here the same inputs are made anew and quantized by Lathe.
@Suite struct QuantizeEvidenceTests {
  /// The inputs, written once; they live as long as the process.
  static let inputs = Result {
    let folder = try TemporaryFolder()
    for (name, bytes) in SeededModel.files() { _ = try folder.write(name, bytes) }
    return folder
  }

  static let runs = Result { try QuantizeEvidence.read().runs }

  /// GGUF type number -> elements and bytes of a block.
  static let sizes = Result {
    struct Size: Decodable {
      let id: UInt32
      let elements: Int
      let bytes: Int
    }
    let data = Data(try Golden.bytes("QuantTypes/sizes.json"))
    return Dictionary(
      try JSONDecoder().decode([Size].self, from: data).map { ($0.id, ($0.elements, $0.bytes)) },
      uniquingKeysWith: { first, _ in first })
  }

  @Test func evidenceIsThere() throws {
    #expect(try Self.runs.get().count > 200, "run tools/peers/refresh quantize and commit it")
  }

  @Test(arguments: (try? runs.get()) ?? [])
  func tensorsAreThoseOfLlamaQuantize(run: QuantizeEvidence.Run) throws {
    let folder = try TemporaryFolder()
    let inputs = try Self.inputs.get()
    var model = inputs.path(run.model)
    if let first = run.first {
      let target = folder.path("first.gguf")
      try quantize([model, "-o", target, "--type", first])
      model = target
    }
    let output = try folder.makeFolder("output")
    let importance = run.importance.map { ["--importance", inputs.path($0)] } ?? []
    // Several files appear at once or not at all: Lathe writes them into a folder.
    let isSplit = run.options.contains("--keep-split")
    let target = isSplit ? "\(output)/out" : "\(output)/out.gguf"
    let arguments =
      ["quantize", model, "-o", target, "--type", run.preset] + run.options + importance
    let result = try LatheBinary.run(arguments)
    let place = isSplit ? target : output
    let found = ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).sorted()
    guard run.refused != true else {
      #expect(result.status == 69, "\(result.standardError)")
      #expect(result.standardError.contains("importance"))
      #expect(found.isEmpty)
      return
    }
    try #require(result.status == 0, "lathe \(arguments): \(result.standardError)")
    let files = try #require(run.files)
    try #require(found.count == files.count)
    for (file, name) in zip(files.sorted { $0.name < $1.name }, found) {
      #expect(name.hasSuffix(file.name.dropFirst("out".count)))
      try compare(file, "\(place)/\(name)")
    }
  }

  private func quantize(_ arguments: [String]) throws {
    let result = try LatheBinary.run(["quantize"] + arguments)
    try #require(result.status == 0, "lathe quantize \(arguments): \(result.standardError)")
  }

  private func compare(_ file: QuantizeEvidence.File, _ path: String) throws {
    let sizes = try Self.sizes.get()
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let content = try SeededFileContent(bytes) { sizes[$0] }
    var unequal: [String] = []
    for line in file.tensors {
      let words = line.split(separator: " ")
      try #require(words.count == 3)
      guard let tensor = content.tensors[String(words[0])] else {
        unequal.append("\(words[0]) is missing")
        continue
      }
      if String(tensor.type) != words[1] {
        unequal.append("\(words[0]) has type \(tensor.type), llama-quantize's \(words[1])")
      } else if Golden.sha256(tensor.bytes).prefix(16) != words[2] {
        unequal.append("\(words[0]) of type \(words[1]) has other bytes")
      }
    }
    #expect(content.tensors.count == file.tensors.count)
    #expect(
      unequal.isEmpty,
      "\(unequal.count) of \(file.tensors.count) differ: \(unequal.prefix(5).joined(separator: "; "))"
    )
    for (key, entry) in file.metadata {
      let found = content.metadata[key]
      // The path is the caller's: only its last part is the same.
      let value =
        key == "quantize.imatrix.file"
        ? found.map { URL(filePath: $0.value).lastPathComponent } : found?.value
      #expect(found?.type == entry.type && value == entry.value, "\(key): \(found as Any)")
    }
    for key in file.gone { #expect(content.metadata[key] == nil, "\(key) is still there") }
  }
}
