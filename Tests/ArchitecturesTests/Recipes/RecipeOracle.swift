@testable import Architectures
import Foundation
import Tensors
import _TestSupport

/// What llama-quantize decided about synthetic models.
struct RecipeOracle: Decodable {
  struct Model: Decodable {
    let architecture: String
    let layers: Int
    let heads: Int
    let kv_heads: Int
    let experts: Int
    let tensors: [Tensor]

    func facts(importance: Bool) -> RecipeFacts {
      RecipeFacts(
        architecture: architecture, layers: layers, heads: heads, kvHeads: kv_heads,
        experts: experts, hasImportance: importance)
    }
  }

  /// `[name, axes, type]`.
  struct Tensor: Decodable {
    let value: RecipeTensor

    init(from decoder: any Decoder) throws {
      var row = try decoder.unkeyedContainer()
      let name = try row.decode(String.self)
      let axes = try row.decode([Int].self)
      guard let encoding = RecipeTypes.named(try row.decode(String.self)) else {
        throw GoldenError.damaged
      }
      value = RecipeTensor(name: name, shape: Shape(axes), encoding: encoding)
    }
  }

  struct Case: Decodable, CustomStringConvertible, Sendable {
    let model: String
    let preset: String
    let importance: Bool
    let options: [String]
    let types: String?
    let needs: Bool?
    let error: String?

    var description: String {
      "\(model) \(preset)\(importance ? " with importance" : "") \(options.joined(separator: " "))"
    }

    /// The options as the recipe takes them.
    func recipeOptions() throws -> RecipeOptions {
      var result = RecipeOptions()
      var words = options[...]
      func type(_ word: String) throws -> Encoding {
        guard let type = RecipeTypes.named(word) else { throw GoldenError.damaged }
        return type
      }
      while let word = words.popFirst() {
        switch word {
        case "--pure": result.pure = true
        case "--leave-output-tensor": result.leaveOutputTensor = true
        case "--output-tensor-type": result.outputTensorType = try type(words.removeFirst())
        case "--token-embedding-type": result.tokenEmbeddingType = try type(words.removeFirst())
        default:
          let text = words.removeFirst()
          guard let split = text.lastIndex(of: "=") else { throw GoldenError.damaged }
          result.tensorTypes.append(
            .init(String(text[..<split]), try type(String(text[text.index(after: split)...]))))
        }
      }
      return result
    }
  }

  let alphabet: [String]
  let models: [String: Model]
  let cases: [Case]

  /// The type of the tensor at `index` in a case.
  func types(_ oneCase: Case) -> [String]? {
    oneCase.types?.utf8.map { letter in
      alphabet[Int(letter) - (letter < 97 ? 65 : 97 - 26)]
    }
  }

  static let shared: RecipeOracle? = try? JSONDecoder().decode(
    RecipeOracle.self, from: Data(try Golden.bytes("Recipes/types.json")))
}
