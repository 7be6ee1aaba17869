import ModelGraph
import Tensors
import Testing

@Suite struct DimensionTests {
  @Test func sumsAndProductsHaveOneForm() {
    let total = Dimension.past.plus(.seq)
    #expect(total == Dimension.seq.plus(.past))
    #expect(total?.description == "past + seq")
    #expect(total?.known == nil)
    #expect(Dimension.batch.times(.seq) == Dimension.seq.times(.batch))
    #expect(Dimension(3).times(4) == 12)
    #expect(Dimension(3).plus(-3)?.known == 0)
    #expect(Dimension.seq.times(0) == 0)
    #expect(total?.times(.batch)?.times(2)?.description == "2 * batch * past + 2 * batch * seq")
    #expect(Dimension.batch.plus(5)?.description == "batch + 5")
    #expect(total?.replacing(.past, with: .seq)?.description == "2 * seq")
  }

  @Test func divisionMustBeExact() {
    #expect(Dimension(64).divided(by: 4) == 16)
    #expect(Dimension(64).divided(by: 5) == nil)
    #expect(Dimension(64).divided(by: 0) == nil)
    #expect(Dimension.seq.times(6)?.divided(by: 3)?.description == "2 * seq")
    #expect(Dimension.seq.divided(by: 2) == nil)
  }

  @Test func overflowIsNil() {
    #expect(Dimension(.max).plus(1) == nil)
    #expect(Dimension(.max).times(2) == nil)
    #expect(Dimension.seq.times(Dimension(.max))?.times(2) == nil)
    #expect(GraphShape([Dimension(.max), 2]).elementCount == nil)
  }

  @Test func reshapeKeepsTheCount() {
    let before: GraphShape = [.batch, .seq, 64]
    let after: GraphShape = [.seq, 8, .batch, 8]
    #expect(before.elementCount == after.elementCount)
    #expect(before.elementCount != GraphShape([.batch, .seq, 32]).elementCount)
  }

  @Test func shapesStretch() {
    let shape: GraphShape = [.batch, .seq, 64]
    #expect(shape.broadcast(with: [64]) == shape)
    #expect(shape.broadcast(with: []) == shape)
    #expect(GraphShape([.batch, 1, 64]).broadcast(with: [.seq, 1]) == shape)
    #expect(shape.broadcast(with: [32]) == nil)
    #expect(shape.broadcast(with: [.memory, 64]) == nil)
    #expect(!GraphShape([2, .batch, .seq, 64]).stretches(to: shape))
    #expect(GraphShape(Shape([2, 3])) == [2, 3])
  }
}
