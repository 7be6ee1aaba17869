import Foundation

/// The models that llama-quantize's evidence was made of, written anew from integers.
///
/// tools/peers/quantize_model.py says precisely what stands in them; both write the same bytes.
enum SeededModel {
  /// GGUF's number of a tensor type.
  enum Kind: UInt32 {
    case f32 = 0
    case f16 = 1
    case bf16 = 30
  }

  /// A tensor; dimensions fastest first.
  struct Tensor {
    var name: String
    var kind: Kind
    var dims: [Int]
    var hasImportance = true

    /// Its values' bytes in a model of that name.
    func bytes(in model: String) -> [UInt8] {
      let name = "\(model)/\(name)"
      return dims.count == 1
        ? encoded(norm(name, dims[0]), .f32)
        : encoded(weights(name, dims[0], dims.dropFirst().reduce(1, *)), kind)
    }
  }

  /// One model: its name, keys and tensors.
  struct Model {
    var name: String
    var keys: [(String, SeededFile.Value)]
    var tensors: [Tensor]
  }

  /// File name -> bytes, of everything that the evidence names.
  static func files() -> [String: [UInt8]] {
    var made: [String: [UInt8]] = [:]
    for model in [dense(), odd(), moe()] {
      let filled = model.tensors.map {
        SeededFile.Tensor(
          name: $0.name, type: $0.kind.rawValue, dims: $0.dims, bytes: $0.bytes(in: model.name))
      }
      made["\(model.name).gguf"] = SeededFile.gguf(model.keys, filled)
      made["importance-\(model.name).gguf"] = importanceFile(model)
      guard model.name == "dense" else { continue }
      made["importance-dense.dat"] = legacyImportanceFile(model)
      let half = filled.count / 2
      for (number, part) in [Array(filled[..<half]), Array(filled[half...])].enumerated() {
        let split: [(String, SeededFile.Value)] = [
          ("split.no", .u16(UInt16(number))), ("split.count", .u16(2)),
          ("split.tensors.count", .i32(Int32(filled.count))),
        ]
        let keys = number == 0 ? model.keys + split : split
        made["dense-0000\(number + 1)-of-00002.gguf"] = SeededFile.gguf(keys, part)
      }
    }
    return made
  }
}

// MARK: numbers

extension SeededModel {
  private static func mix(_ word: UInt64) -> UInt64 {
    var x = word
    x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
    return x ^ (x >> 31)
  }

  private static func seed(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  private static func word(_ seed: UInt64, _ index: Int) -> UInt64 {
    mix(seed &+ (UInt64(index) &+ 1) &* 0x9E37_79B9_7F4A_7C15)
  }

  private static func signed(_ word: UInt64) -> Float { Float(Int(word & 0xFFFF) - 32768) }

  private static func weights(_ name: String, _ columns: Int, _ rows: Int) -> [Float] {
    let start = seed(name)
    let columnScales: [Int] = (0..<columns).map { column in
      switch word(start ^ 0x5555_5555_5555_5555, column) & 63 {
      case 0: 3
      case 1...8: 1
      case 9...16: -1
      default: 0
      }
    }
    var values: [Float] = []
    values.reserveCapacity(rows * columns)
    for row in 0..<rows {
      let kind = word(start ^ 0xAAAA_AAAA_AAAA_AAAA, row) & 31
      let rowScale = kind == 1 ? -20 : kind == 2 ? 6 : 0
      for column in 0..<columns {
        guard kind != 0 else {
          values.append(0)
          continue
        }
        let word = word(start, row * columns + column)
        let ratio = signed(word) / Float(16 + (word >> 16 & 0xFF))
        let exponent = -13 + columnScales[column] + rowScale
        values.append(ratio * Float(sign: .plus, exponent: exponent, significand: 1))
      }
    }
    return values
  }

  private static func norm(_ name: String, _ count: Int) -> [Float] {
    let start = seed(name)
    return (0..<count).map { (65536 + signed(word(start, $0))) / 65536 }
  }

  private static func encoded(_ values: [Float], _ kind: Kind) -> [UInt8] {
    switch kind {
    case .f32: values.withUnsafeBytes { Array($0) }
    case .f16: values.map(Float16.init).withUnsafeBytes { Array($0) }
    case .bf16: values.map(SmallFiles.bf16).withUnsafeBytes { Array($0) }
    }
  }
}

// MARK: importance

extension SeededModel {
  private static func importance(_ model: Model, _ tensor: Tensor) -> (
    sums: [Float], counts: [Float]
  ) {
    let columns = tensor.dims[0]
    let experts = tensor.dims.count > 2 ? tensor.dims[2] : 1
    let start = seed("importance-\(model.name)/\(tensor.name)")
    let sums: [Float] = (0..<experts * columns).map { index in
      let word = word(start, index)
      guard (word >> 24) % 61 != 0 else { return 0 }
      return Float(1 + (word & 0xFFFF)) / Float(1 + (word >> 16 & 0xFF))
    }
    let counts: [Float] =
      experts == 1 ? [512] : (0..<experts).map { $0 == 5 ? 0 : Float(96 + 32 * $0) }
    return (sums, counts)
  }

  private static func importanceFile(_ model: Model) -> [UInt8] {
    let keys: [(String, SeededFile.Value)] = [
      ("general.type", .text("imatrix")), ("imatrix.datasets", .texts(["seeded"])),
      ("imatrix.chunk_count", .u32(4)), ("imatrix.chunk_size", .u32(128)),
    ]
    let tensors = model.tensors.filter(\.hasImportance).flatMap { tensor in
      let (sums, counts) = importance(model, tensor)
      return [
        SeededFile.Tensor(
          name: "\(tensor.name).in_sum2", type: 0, dims: [tensor.dims[0], counts.count],
          bytes: encoded(sums, .f32)),
        SeededFile.Tensor(
          name: "\(tensor.name).counts", type: 0, dims: [1, counts.count],
          bytes: encoded(counts, .f32)),
      ]
    }
    return SeededFile.gguf(keys, tensors)
  }

  private static func legacyImportanceFile(_ model: Model) -> [UInt8] {
    let named = model.tensors.filter(\.hasImportance)
    var out = SeededFile.number(Int32(named.count))
    for tensor in named {
      let (sums, _) = importance(model, tensor)
      out += SeededFile.number(Int32(tensor.name.utf8.count)) + tensor.name.utf8
      out += SeededFile.number(Int32(4)) + SeededFile.number(Int32(sums.count))
      out += encoded(sums.map { $0 / 128 }, .f32)
    }
    return out + SeededFile.number(Int32(4)) + SeededFile.number(Int32(6)) + "seeded".utf8
  }
}

// MARK: models

extension SeededModel {
  private static func keys(
    layers: UInt32, heads: UInt32, kvHeads: UInt32, feedForward: UInt32, rope: UInt32
  ) -> [(String, SeededFile.Value)] {
    [
      ("general.architecture", .text("llama")), ("general.name", .text("seeded")),
      ("general.file_type", .u32(32)), ("llama.block_count", .u32(layers)),
      ("llama.context_length", .u32(2048)), ("llama.embedding_length", .u32(256)),
      ("llama.feed_forward_length", .u32(feedForward)),
      ("llama.attention.head_count", .u32(heads)),
      ("llama.attention.head_count_kv", .u32(kvHeads)),
      ("llama.attention.layer_norm_rms_epsilon", .f32(0x1p-10)),
      ("llama.rope.dimension_count", .u32(rope)), ("llama.vocab_size", .u32(512)),
    ]
  }

  private static func model(
    _ name: String, _ keys: [(String, SeededFile.Value)], layers: Int, vocabulary: Tensor,
    output: Tensor?, _ layer: [(String, Kind, [Int])]
  ) -> Model {
    var tensors = [vocabulary]
    for number in 0..<layers {
      tensors += layer.map { name, kind, dims in
        Tensor(
          name: "blk.\(number).\(name).weight", kind: kind, dims: dims,
          hasImportance: dims.count > 1 && name != "ffn_gate_inp")
      }
    }
    tensors.append(
      Tensor(name: "output_norm.weight", kind: .f32, dims: [256], hasImportance: false))
    if let output { tensors.append(output) }
    return Model(name: name, keys: keys, tensors: tensors)
  }

  private static func table(_ name: String, _ kind: Kind, _ rows: Int) -> Tensor {
    Tensor(name: name, kind: kind, dims: [256, rows], hasImportance: false)
  }

  private static func dense() -> Model {
    model(
      "dense", keys(layers: 16, heads: 8, kvHeads: 2, feedForward: 512, rope: 32), layers: 16,
      vocabulary: table("token_embd.weight", .bf16, 512),
      output: table("output.weight", .bf16, 512),
      [
        ("attn_norm", .f32, [256]), ("attn_q", .bf16, [256, 64]), ("attn_k", .bf16, [256, 16]),
        ("attn_v", .bf16, [256, 16]), ("attn_output", .bf16, [256, 64]), ("ffn_norm", .f32, [256]),
        ("ffn_gate", .bf16, [256, 64]), ("ffn_up", .bf16, [256, 64]),
        ("ffn_down", .bf16, [512, 64]),
      ])
  }

  private static func odd() -> Model {
    model(
      "odd", keys(layers: 6, heads: 4, kvHeads: 2, feedForward: 288, rope: 64), layers: 6,
      vocabulary: table("token_embd.weight", .f16, 512), output: nil,
      [
        ("attn_norm", .f32, [256]), ("attn_q", .f32, [256, 64]), ("attn_k", .bf16, [256, 32]),
        ("attn_v", .f16, [256, 20]), ("attn_output", .bf16, [40, 64]), ("ffn_norm", .f32, [256]),
        ("ffn_gate", .f16, [256, 64]), ("ffn_up", .bf16, [384, 32]),
        ("ffn_down", .bf16, [288, 64]),
      ])
  }

  private static func moe() -> Model {
    model(
      "moe",
      keys(layers: 8, heads: 8, kvHeads: 2, feedForward: 256, rope: 32)
        + [("llama.expert_count", .u32(8)), ("llama.expert_used_count", .u32(2))],
      layers: 8, vocabulary: table("token_embd.weight", .bf16, 256),
      output: table("output.weight", .bf16, 256),
      [
        ("attn_norm", .f32, [256]), ("attn_q", .bf16, [256, 64]), ("attn_k", .bf16, [256, 16]),
        ("attn_v", .bf16, [256, 16]), ("attn_output", .bf16, [256, 64]), ("ffn_norm", .f32, [256]),
        ("ffn_gate_inp", .f32, [256, 8]), ("ffn_gate_exps", .bf16, [256, 16, 8]),
        ("ffn_up_exps", .bf16, [256, 16, 8]), ("ffn_down_exps", .bf16, [256, 16, 8]),
      ])
  }
}
