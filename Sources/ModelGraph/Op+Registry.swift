/// All operations, the only list of them.
public enum OpRegistry {
  /// In alphabetical order of their types, each in a file of that name under Ops.
  public static let all: [any Op] = [
    Activate(),
    Add(),
    AlibiBias(),
    Attention(),
    CausalConv1D(),
    Clip(),
    Concat(),
    Divide(),
    Embed(),
    First(),
    HeadLinear(),
    Keep(),
    LayerNorm(),
    Linear(),
    Multiply(),
    RMSNorm(),
    RelativeBias(),
    Rope(),
    Rotary(),
    SelectiveScan(),
    Sigmoid(),
    Softcap(),
    Softmax(),
    Softplus(),
    Split(),
    SplitHeads(),
    SpreadHeads(),
    Subtract(),
    Sum(),
    Tanh(),
    TopGroups(),
    TopK(),
  ]

  /// The op of that name; arithmetic goes by its operator.
  public static func named(_ name: String) -> (any Op)? { byName[name] }

  private static let byName: [String: any Op] = {
    var ops: [String: any Op] = [:]
    for op in all { ops[op.name] = op }
    return ops
  }()
}
