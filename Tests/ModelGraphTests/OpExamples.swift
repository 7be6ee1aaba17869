import ModelGraph

extension OpExample {
  private static let x: Operand = .floats(.batch, .seq, 64)
  private static let q: Operand = .floats(.batch, .seq, 8, 16)
  private static let kv: Operand = .floats(.batch, .seq, 2, 16)
  private static let far: Operand = .floats(.batch, .memory, 8, 16)
  private static let ids: Operand = .ints(.batch, .seq)
  private static let scores: Operand = .floats(.batch, .seq, 8)
  private static let rope: Operand = .record([.init(name: "theta", value: .real(10000))])
  private static let seq64 = "floats [batch, seq, 64]"

  static let all = arithmetic + matrices + shapes + positions + attention + maps + choices + states

  private static let arithmetic: [OpExample] = [
    .good("+", [x, x], [:], seq64),
    .good("+", [scores, .tensor(8)], [:], "floats [batch, seq, 8]"),
    .good("+", [.int(1), x], [:], seq64),
    .bad("+", [x, scores], [:], "+: right must stretch", "[batch, seq, 64]", "[batch, seq, 8]"),
    .bad("+", [x, .tensor(64, bias: [64])], [:], "without a bias"),
    .bad("+", [x, ids], [:], "must hold floats; found ints [batch, seq]"),
    .good("-", [.real(1), x], [:], seq64),
    .bad("-", [x, .word("gelu")], [:], "finite number; found gelu"),
    .good("*", [x, .floats(.batch, .seq, 1)], [:], seq64),
    .bad("*", [x], [:], "2 arguments", "found 1"),
    .bad("*", [x, .real(.infinity)], [:], "finite number"),
    .good("/", [scores, .floats(.batch, .seq, 1)], [:], "floats [batch, seq, 8]"),
    .bad("/", [x, .floats(.batch, .memory, 1)], [:], "[batch, memory, 1]"),
  ]

  private static let matrices: [OpExample] = [
    .good("embed", [ids, .tensor(100, 64)], [:], seq64),
    .good("embed", [ids, .tensor(100, 64)], ["offset": .int(2)], seq64),
    .bad("embed", [ids, .tensor(100, 64)], ["offset": .int(100)], "offset must be", "found 100"),
    .bad("embed", [x, .tensor(100, 64)], [:], "ids must hold ints; found floats"),
    .bad("embed", [ids, .tensor(100)], [:], "table must have 2 axes", "[100]"),
    .bad("embed", [ids, .tensor(100, 64, bias: [100])], [:], "without a bias"),
    .bad("embed", [.tensor(100, 64), ids], [:], "ids must be a value"),
    .good("linear", [x, .tensor(32, 64)], [:], "floats [batch, seq, 32]"),
    .good("linear", [x, .tensor(32, 64, bias: [32])], [:], "floats [batch, seq, 32]"),
    .bad("linear", [x, .tensor(64, 32)], [:], "weight must have the shape [64, 64]", "[64, 32]"),
    .bad("linear", [x, .tensor(32, 64, bias: [64])], [:], "bias of weight", "[32]", "[64]"),
    .bad("linear", [x, x], [:], "weight must be a parameter"),
    .bad("linear", [nil, .tensor(32, 64)], [:], "x must not be none"),
    .bad("linear", [x, .tensor(32, 64)], ["eps": .real(0)], "no attribute 'eps'", "takes none"),
    .good("head_linear", [x, .tensor(8, 16, 64)], [:], "floats [batch, seq, 8, 16]"),
    .bad("head_linear", [x, .tensor(8, 64, 16)], [:], "[8, 64, 64]", "[8, 64, 16]"),
    .good("rms_norm", [x, .tensor(64), .real(1e-6)], [:], seq64),
    .good("rms_norm", [q, .tensor(16), .int(0)], [:], "floats [batch, seq, 8, 16]"),
    .bad("rms_norm", [x, .tensor(32), .real(1e-6)], [:], "rms_norm: weight", "[64]", "[32]"),
    .bad("rms_norm", [x, .tensor(64, bias: [64]), .real(1e-6)], [:], "without a bias"),
    .bad("rms_norm", [x, .tensor(64), .real(-1)], [:], "eps must be 0 or more"),
    .bad("rms_norm", [x, .tensor(64)], [:], "takes 3 arguments (x, weight, eps); found 2"),
    .good("layer_norm", [x, .tensor(64, bias: [64]), .real(1e-5)], [:], seq64),
    .bad("layer_norm", [x, .tensor(64, bias: [32]), .real(1e-5)], [:], "bias of weight"),
    .good("layer_norm", [q, .tensor(8, 16), .real(1e-5)], [:], "floats [batch, seq, 8, 16]"),
    .bad(
      "layer_norm", [q, .tensor(16, 8), .real(1e-5)], [:], "weight must have the shape [8, 16]"),
    .bad("layer_norm", [x, .tensor(2, 64), .real(1e-5)], [:], "weight", "[seq, 64]", "[2, 64]"),
  ]

  private static let shapes: [OpExample] = [
    .good("split_heads", [x, .int(4)], [:], "floats [batch, seq, 4, 16]"),
    .bad("split_heads", [x, .int(5)], [:], "5 heads divide", "[batch, seq, 64]"),
    .bad("split_heads", [x, .int(0)], [:], "heads must be 1 or more; found 0"),
    .bad("split_heads", [x, .real(4)], [:], "whole number"),
    .good(
      "spread_heads", [.floats(.batch, .seq, 1, 16), .int(8)], [:], "floats [batch, seq, 8, 16]"),
    .bad("spread_heads", [q, .int(8)], [:], "[batch, seq, 1, 16]", "[batch, seq, 8, 16]"),
    .bad("spread_heads", [.floats(16), .int(8)], [:], "at least 2 axes"),
    .good(
      "split", [x, .int(48), .int(16)], [:], "floats [batch, seq, 48]", "floats [batch, seq, 16]"),
    .bad("split", [x, .int(32), .int(16)], [:], "last axis of 32 + 16", "[batch, seq, 64]"),
    .bad("split", [x, .int(64), .int(0)], [:], "whole numbers above 0"),
    .bad("split", [x, .int(.max), .int(.max)], [:], "last axis of"),
    .bad("split", [x], [:], "2 or more arguments", "found 1"),
    .good("concat", [x, scores], [:], "floats [batch, seq, 72]"),
    .bad("concat", [x, kv], [:], "[batch, seq] before the last"),
    .bad("concat", [x, ids], [:], "rest must hold floats"),
    .bad("concat", [x, .tensor(4)], [:], "rest must be a value"),
    .good("first", [x], [:], "floats [batch, 64]"),
    .bad("first", [.floats(.batch, 64)], [:], "at least 3 axes"),
  ]

  private static let positions: [OpExample] = [
    .good("rotary", [.int(16), rope], [:], "angles [8]"),
    .good("rotary", [.int(16), rope], ["factors": .tensor(8)], "angles [8]"),
    .good("rotary", [.int(16), rope], ["factors": nil], "angles [8]"),
    .good("rotary", [.int(16)], ["theta": .real(10000)], "angles [8]"),
    .good(
      "rotary", [.int(16), rope], ["short": .tensor(8), "long": .tensor(8)], "angles [8]"),
    .good("rotary", [.int(16), rope], ["short": nil, "long": nil], "angles [8]"),
    .bad("rotary", [.int(16), rope], ["short": .tensor(8)], "short and long stand together"),
    .bad(
      "rotary", [.int(16), rope],
      ["factors": .tensor(8), "short": .tensor(8), "long": .tensor(8)], "without factors"),
    .bad("rotary", [.int(16), rope], ["short": .tensor(4), "long": .tensor(8)], "[8]", "[4]"),
    .bad("rotary", [.int(16)], [:], "exactly one of rope and theta"),
    .bad("rotary", [.int(16), rope], ["theta": .real(1)], "exactly one of rope and theta"),
    .bad("rotary", [.int(15), rope], [:], "dims must be even; found 15"),
    .bad("rotary", [.int(16), rope], ["factors": .tensor(16)], "[8]", "[16]"),
    .bad("rotary", [.int(16)], ["theta": .real(0)], "theta must be above 0"),
    .good("rope", [q, ids, .angles(8)], ["pairs": .bool(true)], "floats [batch, seq, 8, 16]"),
    .good("rope", [q, ids, .angles(4)], [:], "floats [batch, seq, 8, 16]"),
    .bad("rope", [q, ids, .angles(16)], [:], "angles must turn at most", "angles [16]"),
    .bad("rope", [q, x, .angles(8)], [:], "positions must hold ints"),
    .bad("rope", [q, .ints(.batch), .angles(8)], [:], "[batch, seq]", "[batch]"),
    .bad("rope", [x, ids, .angles(8)], [:], "x must have at least 4 axes"),
    .bad("rope", [q, ids, x], [:], "angles must hold angles"),
    .bad("rope", [q, ids, .angles(8)], ["pairs": .int(1)], "pairs must be true or false"),
    .good(
      "alibi_bias", [.int(8)], ["scale": .real(0.5), "round": .word("bf16")],
      "floats [8, 1, past + seq]"),
    .bad("alibi_bias", [.int(8)], ["round": .word("f64")], "one of bf16, f16; found f64"),
    .good(
      "relative_bias", [.tensor(32, 8), .int(128)], ["causal": .bool(true)],
      "floats [8, seq, past + seq]"),
    .good(
      "relative_bias", [.tensor(32, 8), .int(128)], ["causal": .bool(false)], "floats [8, seq, seq]"
    ),
    .bad("relative_bias", [.tensor(32, 8), .int(128)], [:], "needs the attribute 'causal'"),
    .bad(
      "relative_bias", [.tensor(32, 8), .int(16)], ["causal": .bool(true)],
      "distance must be 17 or more"),
    .bad("relative_bias", [.tensor(31, 8), .int(128)], ["causal": .bool(false)], "even number"),
    .bad("relative_bias", [.tensor(1, 8), .int(128)], ["causal": .bool(true)], "2 buckets"),
  ]

  private static let attention: [OpExample] = [
    .good(
      "attention", [q, kv, kv], ["scale": .real(0.25), "causal": .bool(true), "window": .int(0)],
      "floats [batch, seq, 128]"),
    .good(
      "attention", [q, far, .floats(.batch, .memory, 8, 4)], ["scale": .int(1)],
      "floats [batch, seq, 32]"),
    .good(
      "attention", [q, kv, kv], ["scale": .int(1), "sinks": .tensor(8), "cap": .int(50)],
      "floats [batch, seq, 128]"),
    .good(
      "attention", [q, kv, kv], ["scale": .int(1), "sinks": nil, "bias": .floats(8, .seq, .seq)],
      "floats [batch, seq, 128]"),
    .good(
      "attention", [q, kv, kv],
      [
        "scale": .int(1), "causal": .bool(true),
        "bias": .floats(8, 1, Dimension.past.plus(.seq) ?? 0),
      ], "floats [batch, seq, 128]"),
    .bad("attention", [q, kv, kv], [:], "needs the attribute 'scale'"),
    .bad(
      "attention", [q, far, far], ["scale": .int(1), "causal": .bool(true)], "attention: k",
      "[batch, seq, 8, 16]", "[batch, memory, 8, 16]"),
    .bad("attention", [q, kv, far], ["scale": .int(1)], "attention: v", "[batch, seq, 2, 16]"),
    .bad(
      "attention", [q, .floats(.batch, .seq, 3, 16), .floats(.batch, .seq, 3, 16)],
      ["scale": .int(1)], "heads that divide"),
    .bad(
      "attention", [q, .floats(.batch, .seq, 8, 32), q], ["scale": .int(1)], "[batch, seq, 8, 16]",
      "[batch, seq, 8, 32]"),
    .bad(
      "attention", [x, x, x], ["scale": .int(1)], "[batch, tokens, heads, width]",
      "[batch, seq, 64]"),
    .bad(
      "attention", [q, kv, kv], ["scale": .int(1), "sinks": .tensor(2)], "sinks", "[8]", "[2]"),
    .bad(
      "attention", [q, kv, kv], ["scale": .int(1), "bias": .floats(2, .seq, .seq)],
      "bias must stretch to [batch, 8, seq, seq]"),
    .bad(
      "attention", [q, kv, kv], ["scale": .int(1), "window": .int(-1)], "window must be 0 or more"),
    .bad("attention", [q, kv, kv], ["scale": .int(1), "cap": .int(-1)], "cap must be 0 or more"),
    .bad("attention", [q, kv, kv], ["scale": .int(1), "scale": .int(1)], "'scale' stands twice"),
    .bad("attention", [q, kv, kv], ["scale": .word("one")], "scale must be a finite number"),
  ]

  private static let maps: [OpExample] = [
    .good("activate", [x, .word("gelu_tanh")], [:], seq64),
    .bad(
      "activate", [x, .word("swish")], [:], "function must be one of gelu, gelu_tanh, relu, silu",
      "swish"),
    .good("sigmoid", [x], [:], seq64),
    .bad("sigmoid", [ids], [:], "x must hold floats"),
    .good("tanh", [.floats(.batch, 64)], [:], "floats [batch, 64]"),
    .bad("tanh", [.mask(.batch, .seq)], [:], "x must hold floats; found mask"),
    .good("softplus", [x], [:], seq64),
    .bad("softplus", [x, x], [:], "1 argument (x); found 2"),
    .good("clip", [x], ["low": .real(-7), "high": .int(7)], seq64),
    .bad("clip", [x], [:], "low or high must be given"),
    .bad("clip", [x], ["low": .int(1), "high": .int(0)], "low must be at most high"),
    .good("softcap", [x, .real(30)], [:], seq64),
    .bad("softcap", [x, .int(-1)], [:], "cap must be 0 or more"),
  ]

  private static let choices: [OpExample] = [
    .good("softmax", [scores], [:], "floats [batch, seq, 8]"),
    .good("softmax", [scores], ["among": .mask(.batch, .seq, 8)], "floats [batch, seq, 8]"),
    .bad("softmax", [scores], ["among": scores], "among must hold mask"),
    .bad(
      "softmax", [scores], ["among": .mask(.batch, .seq, 4)], "[batch, seq, 8]", "[batch, seq, 4]"),
    .good("top_k", [scores, .int(2)], ["among": nil], "mask [batch, seq, 8]"),
    .bad("top_k", [scores, .int(9)], [:], "k must be 1 to 8; found 9"),
    .bad("top_k", [.floats(.batch, .seq), .int(1)], [:], "known length"),
    .good("top_groups", [scores, .int(4), .int(2)], ["best": .int(2)], "mask [batch, seq, 8]"),
    .bad("top_groups", [scores, .int(3), .int(2)], ["best": .int(2)], "3 groups divide"),
    .bad("top_groups", [scores, .int(4), .int(5)], ["best": .int(2)], "k must be 1 to 4"),
    .bad("top_groups", [scores, .int(4), .int(2)], ["best": .int(3)], "best must be 1 to 2"),
    .good("keep", [scores, .mask(.batch, .seq, 8)], [:], "floats [batch, seq, 8]"),
    .bad("keep", [scores, scores], [:], "mask must hold mask"),
    .good("sum", [scores], [:], "floats [batch, seq, 1]"),
    .bad("sum", [.mask(.batch, 8)], [:], "x must hold floats"),
  ]

  private static let states: [OpExample] = [
    .good("causal_conv1d", [x, .tensor(64, 4, bias: [64])], [:], seq64),
    .bad("causal_conv1d", [x, .tensor(4, 64)], [:], "[64, 64]", "[4, 64]"),
    .bad("causal_conv1d", [q, .tensor(64, 4)], [:], "[batch, seq, channels]"),
    .good("selective_scan", [x, x, .tensor(64, 8), scores, scores, .tensor(64)], [:], seq64),
    .bad(
      "selective_scan", [x, x, .tensor(64, 4), scores, scores, .tensor(64)], [:],
      "selective_scan: b", "[batch, seq, 4]"),
    .bad(
      "selective_scan", [x, scores, .tensor(64, 8), scores, scores, .tensor(64)], [:], "dt must"),
    .bad(
      "selective_scan", [x, x, .tensor(8, 64), scores, scores, .tensor(64)], [:], "a must",
      "[64, 64]"),
    .bad(
      "selective_scan", [x, x, .tensor(64, 8), scores, scores, .tensor(8)], [:], "d must", "[64]"),
  ]
}
