import Documents
import Testing
import _TestSupport

@testable import Architectures

@Suite struct Llama3Tests {
  struct Row {
    let theta: Double
    let dims: Int
    let scaling: Llama3Scaling
    let bits: [UInt32]
  }

  static func rows() throws -> [Row] {
    let json = try JSONValue.parse(try Golden.bytes("Architectures/llama3_factors.json"))
    return (json.array ?? []).map { row in
      func number(_ index: Int) -> Double { row[index]?.double ?? .nan }
      return Row(
        theta: number(0), dims: row[1]?.int ?? 0,
        scaling: Llama3Scaling(
          factor: number(2), low: number(3), high: number(4), original: number(5)),
        bits: (row[6]?.array ?? []).map { UInt32($0.int ?? 0) })
    }
  }

  /// Every divisor of 400 scalings has PyTorch's bits.
  @Test func factorsAreThePeers() throws {
    let rows = try Self.rows()
    #expect(rows.count == 400)
    var wrong = 0
    var total = 0
    for row in rows {
      let found = row.scaling.factors(dims: row.dims, theta: row.theta).map(\.bitPattern)
      total += row.bits.count
      wrong += zip(found, row.bits).count { $0 != $1 }
      #expect(found.count == row.bits.count)
    }
    #expect(wrong == 0, "\(wrong) of \(total)")
  }

  /// What is solved gives the same table again.
  @Test func solvedParametersGiveTheTable() throws {
    var solved = 0
    for row in try Self.rows().prefix(60) {
      let table = row.bits.map { Float(bitPattern: $0) }
      guard let found = Llama3Scaling.solve(table, theta: row.theta) else { continue }
      solved += 1
      #expect(found.factors(dims: row.dims, theta: row.theta) == table)
    }
    #expect(solved == 60)
  }

  @Test func damagedTablesAreNotSolved() {
    for table in [[], [1, .nan], [1, .infinity], [0.5, 0.5], [1, 2, 1.5, 9]] as [[Float]] {
      #expect(Llama3Scaling.solve(table, theta: 10000) == nil)
    }
  }
}
