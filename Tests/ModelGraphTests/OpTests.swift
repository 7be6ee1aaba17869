import Failures
import Foundation
import ModelGraph
import Testing
import _TestSupport

@Suite struct OpTests {
  @Test func registryIsTheDirectory() throws {
    let folder = Golden.root.appending(path: "Sources/ModelGraph/Ops").path()
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(files == OpRegistry.all.map { "\(type(of: $0)).swift" })
  }

  @Test func namesAreUniqueAndFindTheirOp() {
    #expect(Set(OpRegistry.all.map(\.name)).count == OpRegistry.all.count)
    for op in OpRegistry.all { #expect(OpRegistry.named(op.name)?.name == op.name) }
    #expect(OpRegistry.named("conv3d") == nil)
  }

  @Test func signaturesCanBeBound() {
    for op in OpRegistry.all {
      let signature = op.signature
      let names = (signature.arguments + signature.attributes).map(\.name)
      #expect(Set(names).count == names.count, "\(op.name)")
      // A required argument never follows one that may be left out; only the last one is repeated.
      let presence = signature.arguments.map(\.presence)
      #expect(!presence.dropLast().contains(.repeated), "\(op.name)")
      if let optional = presence.firstIndex(where: { $0 == .optional || $0 == .absentAllowed }) {
        #expect(!presence[optional...].contains(.required), "\(op.name)")
      }
    }
  }

  @Test func everyOpHasAGoodAndABadExample() {
    for op in OpRegistry.all {
      let outcomes = OpExample.all.filter { $0.op == op.name }.map(\.outcome)
      #expect(outcomes.contains { if case .types = $0 { true } else { false } }, "\(op.name)")
      #expect(outcomes.contains { if case .error = $0 { true } else { false } }, "\(op.name)")
    }
  }

  @Test func bothCodesArise() {
    let codes = OpExample.all.compactMap { example -> String? in
      guard let op = OpRegistry.named(example.op) else { return nil }
      do throws(GraphError) {
        _ = try op.results(
          try OpCall(op.signature, positional: example.positional, named: example.named))
        return nil
      } catch { return error.codeName }
    }
    #expect(Set(codes) == ["graph.shape", "graph.argument"])
  }

  @Test(arguments: OpExample.all) func shapeRule(_ example: OpExample) throws {
    let op = try #require(OpRegistry.named(example.op))
    let result = Result<[ValueType], GraphError> { () throws(GraphError) in
      try op.results(
        try OpCall(op.signature, positional: example.positional, named: example.named))
    }
    switch (example.outcome, result) {
    case (.types(let expected), .success(let types)):
      #expect(types.map(\.description) == expected)
      #expect(types.count == op.signature.resultCount(positional: example.positional.count))
    case (.error(let words), .failure(let error)):
      #expect(error.message.hasPrefix(op.name))
      for word in words { #expect(error.message.contains(word), "\(error.message)") }
      #expect([.shape, .argument].contains(error.code))
    case (_, let other):
      Issue.record("\(example.testDescription): \(other)")
    }
  }
}
