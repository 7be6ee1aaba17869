import Foundation
import ModelGraph
import Tensors
import Testing
import _TestSupport

@testable import Architectures

/// The language's reference names everything that there is, and nothing else.
@Suite struct LanguagePageTests {
  let page: String
  /// Words in backquotes before a bracket: ops, steps, functions.
  let calls: Set<String>

  init() throws {
    let url = Golden.root.appending(path: "Documentation/Architecture-language.md")
    page = try String(contentsOf: url, encoding: .utf8)
    let spans = page.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map(\.element)
    calls = Set(
      spans.compactMap { span in
        guard let end = span.firstIndex(where: { $0 == "(" || $0 == "[" }) else { return nil }
        let name = span[..<end]
        return !name.isEmpty && name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }
          ? String(name) : nil
      })
  }

  static let ops = OpRegistry.all.filter { $0.name.first?.isLetter == true }

  @Test func everyOpIsThereWithItsAttributes() throws {
    #expect(Self.ops.count > 20)
    for op in Self.ops {
      #expect(calls.contains(op.name), "\(op.name)")
      let line = page.split(separator: "\n").first { $0.contains("`\(op.name)(") }
      for attribute in op.signature.attributes {
        #expect(line?.contains("`\(attribute.name)`") == true, "\(op.name): \(attribute.name)")
      }
      for case .word(let words) in op.signature.arguments.map(\.kind) {
        for word in words { #expect(line?.contains("`\(word)`") == true, "\(op.name): \(word)") }
      }
    }
  }

  @Test func everyStepAndFunctionIsThere() {
    for step in LayoutTransforms.all {
      #expect(page.contains("`\(step.name)`") || calls.contains(step.name), "\(step.name)")
    }
    for function in ExpressionFunction.allCases {
      #expect(calls.contains(function.rawValue), "\(function.rawValue)")
    }
    for function in DerivedFunction.allCases {
      #expect(calls.contains(function.rawValue), "\(function.rawValue)")
    }
  }

  @Test func everySectionIsThere() {
    for section in ArchitectureParser.sections {
      #expect(page.contains("`\(section)") || page.contains("## \(section.capitalized)"))
    }
    #expect(page.contains("so far \(LanguageLimit.level)"))
    #expect(page.contains("expressions nest \(LanguageLimit.expressionDepth) deep"))
    #expect(page.contains("statements \(LanguageLimit.nesting)."))
  }

  @Test func nothingElseIsCalled() {
    let known =
      Self.ops.map(\.name) + LayoutTransforms.all.map { $0.name }
      + ExpressionFunction.allCases.map(\.rawValue) + DerivedFunction.allCases.map(\.rawValue)
    #expect(calls.subtracting(known) == [])
  }
}
