import Documents
import Testing
import _TestSupport

@testable import Conversion

@Suite struct ModelNameTests {
  @Test func readsNamesAsGGUFsPeerDoes() throws {
    let document = try JSONValue.parse(try Golden.bytes("Conversion/model-names.json"))
    let cases = try #require(document["cases"]?.array)
    #expect(cases.count > 200)
    for item in cases {
      let text = try #require(item["name"]?.string)
      let name = ModelName(text, parameters: try #require(item["parameters"]?.int))
      let where_ = "\(text) \(item["parameters"]?.int ?? 0)"
      #expect(name.fullName == item["full_name"]?.string, "\(where_)")
      #expect(name.organization == item["organization"]?.string, "\(where_)")
      #expect(name.basename == item["basename"]?.string, "\(where_)")
      #expect(name.finetune == item["finetune"]?.string, "\(where_)")
      #expect(name.version == item["version"]?.string, "\(where_)")
      #expect(name.sizeLabel == item["size_label"]?.string, "\(where_)")
      #expect(name.fullName.map(ModelName.title) == item["title"]?.string, "\(where_)")
    }
  }
}
