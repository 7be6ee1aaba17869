import Tensors
import Testing

/// The registry of scalar types.
struct ScalarRegistryTests {
  @Test(arguments: ScalarType.all) func membersAreFoundByNameAndID(_ type: ScalarType) {
    #expect(ScalarType.named(type.name) == type)
    for (space, id) in type.ids { #expect(ScalarType.find(space, id) == type) }
    #expect(Encoding(type).scalarType == type)
  }

  @Test func namesAreUnique() {
    #expect(Set(ScalarType.all.map(\.name)).count == ScalarType.all.count)
  }

  @Test(arguments: ScalarType.all) func formatsFillTheirBits(_ type: ScalarType) {
    #expect((type.format != nil) == (type.kind == .float))
    guard let format = type.format else { return }
    #expect(format.exponentBits + format.fractionBits + (format.isSigned ? 1 : 0) == type.bits)
  }
}
