import Foundation
import Tensors
import Testing
import _TestSupport

/// The scalar codec against ml_dtypes and NumPy.
struct ScalarGoldenTests {
  static let types: [ScalarType] = [
    .f16, .bf16, .f8e4m3, .f8e5m2, .f8e4m3fnuz, .f8e5m2fnuz, .f8e8m0, .f6e2m3, .f6e3m2, .f4e2m1,
  ]

  struct Case: Decodable {
    var decode: [UInt32?]?
    var encode: [[UInt32]]
  }
  struct File: Decodable {
    var cases: [String: Case] = [:]
    var doubles: [[String]] = []
    struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }
    enum Pair: Decodable {
      case word(String), number(Int)
      init(from decoder: any Decoder) throws {
        let box = try decoder.singleValueContainer()
        if let text = try? box.decode(String.self) {
          self = .word(text)
        } else {
          self = .number(try box.decode(Int.self))
        }
      }
      var text: String {
        switch self {
        case .word(let text): text
        case .number(let number): String(number)
        }
      }
    }
    init(from decoder: any Decoder) throws {
      let box = try decoder.container(keyedBy: Key.self)
      for key in box.allKeys {
        if key.stringValue == "f64_to_f16" {
          doubles = try box.decode([[Pair]].self, forKey: key).map { $0.map(\.text) }
        } else {
          cases[key.stringValue] = try box.decode(Case.self, forKey: key)
        }
      }
    }
  }
  static let file = Result {
    try JSONDecoder().decode(File.self, from: Data(Golden.bytes("Scalars/scalars.json")))
  }

  @Test(arguments: types) func decodesEveryCode(_ type: ScalarType) throws {
    let golden = try #require(try Self.file.get().cases[type.name])
    guard let table = golden.decode else { return }
    let codec = try #require(ScalarCodec(type))
    #expect(table.count == 1 << type.bits)
    for (code, bits) in table.enumerated() {
      let value = codec.float(UInt64(code))
      if let bits {
        #expect(value.bitPattern == bits, "\(type) code \(code)")
      } else {
        #expect(value.isNaN)
      }
    }
  }

  @Test(arguments: types) func encodesWithOneRounding(_ type: ScalarType) throws {
    let golden = try #require(try Self.file.get().cases[type.name])
    let codec = try #require(ScalarCodec(type))
    let float = try #require(ScalarCodec(.f32))
    #expect(golden.encode.count > 2000)
    for pair in golden.encode {
      let encoded = codec.convert(UInt64(pair[0]), from: float)
      #expect(encoded.isRepresentable && encoded.bits == UInt64(pair[1]), "\(type) \(pair)")
    }
  }

  @Test func roundsDoublesOnce() throws {
    let half = try #require(ScalarCodec(.f16))
    let double = try #require(ScalarCodec(.f64))
    let pairs = try Self.file.get().doubles
    #expect(pairs.count > 2000)
    for pair in pairs {
      let bits = try #require(UInt64(pair[0]))
      #expect(half.convert(bits, from: double).bits == UInt64(pair[1]))
    }
  }

  /// Round trip of every code of every type up to 16 bits.
  @Test(arguments: ScalarType.all.filter { $0.bits <= 16 && $0.kind != .complex })
  func codesSurvive(_ type: ScalarType) throws {
    let codec = try #require(ScalarCodec(type))
    for code in 0..<(UInt64(1) << UInt64(type.bits)) {
      let value = codec.decode(code)
      let encoded = codec.encode(value)
      if case .nan = value {
        #expect(encoded.isRepresentable && ScalarCodecTests.isNaN(codec.decode(encoded.bits)))
      } else if type == .bool {
        #expect(encoded.bits == (code == 0 ? 0 : 1))
      } else if encoded.bits != code || !encoded.isExact || encoded.isUnderflow {
        Issue.record("\(type) \(code) becomes \(encoded)")
      }
    }
  }
}
