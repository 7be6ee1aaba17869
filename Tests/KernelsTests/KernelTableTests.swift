import Kernels
import Testing

/// Which levels there are.
struct KernelTableTests {
  @Test func levelsAreOrdered() throws {
    let levels = KernelTable.available.map(\.level)
    #expect(levels.first == 1)
    #expect(levels == levels.sorted() && levels.last == KernelTable.current.level)
    for level in levels { #expect(KernelTable.level(level)?.level == level) }
    #expect(KernelTable.level(2) == nil)
    #expect(KernelTable.level(5) == nil)
  }
}
