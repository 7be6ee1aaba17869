internal import Tensors

extension PickleGlobal {
  /// Everything that a pickle may name; whatever is missing here is refused.
  static let all: [PickleGlobal] = functions + storages + dtypes

  /// Position in `all` of that name.
  static func find(module: String, name: String) -> Int32? {
    index[Key(module: module, name: name)]
  }

  private static let functions: [PickleGlobal] = [
    .init(module: "collections", name: "OrderedDict", role: .dict),
    .init(module: "collections", name: "Counter", role: .dict),
    .init(module: "builtins", name: "set", role: .set),
    .init(module: "__builtin__", name: "set", role: .set),
    .init(module: "builtins", name: "frozenset", role: .set),
    .init(module: "__builtin__", name: "frozenset", role: .set),
    .init(module: "builtins", name: "bytearray", role: .byteArray),
    .init(module: "__builtin__", name: "bytearray", role: .byteArray),
    .init(module: "builtins", name: "complex", role: .opaque),
    .init(module: "__builtin__", name: "complex", role: .opaque),
    .init(module: "_codecs", name: "encode", role: .encode),
    .init(module: "torch", name: "Size", role: .size),
    .init(module: "torch", name: "device", role: .opaque),
    .init(module: "torch", name: "Tensor", role: .tensorClass),
    .init(module: "torch.nn.parameter", name: "Parameter", role: .tensorClass),
    .init(module: "torch.serialization", name: "_get_layout", role: .opaque),
    .init(module: "torch._utils", name: "_rebuild_tensor", role: .tensor(.v1)),
    .init(module: "torch._utils", name: "_rebuild_tensor_v2", role: .tensor(.v2)),
    .init(module: "torch._utils", name: "_rebuild_tensor_v3", role: .tensor(.v3)),
    .init(module: "torch._utils", name: "_rebuild_parameter", role: .parameter),
    .init(module: "torch._utils", name: "_rebuild_parameter_with_state", role: .parameter),
    .init(module: "torch._tensor", name: "_rebuild_from_type_v2", role: .fromType),
    .init(
      module: "torch._utils", name: "_rebuild_sparse_tensor", role: .unsupported("sparse tensor")),
    .init(
      module: "torch._utils", name: "_rebuild_qtensor",
      role: .unsupported("tensor of torch's own quantization")),
    .init(
      module: "torch._utils", name: "_rebuild_meta_tensor_no_storage",
      role: .unsupported("meta tensor, which has no data")),
    .init(
      module: "torch._utils", name: "_rebuild_nested_tensor", role: .unsupported("nested tensor")),
    .init(
      module: "torch._utils", name: "_rebuild_wrapper_subclass",
      role: .unsupported("tensor subclass without a storage of its own")),
  ]

  private static let storages: [PickleGlobal] = {
    var result = [
      PickleGlobal(module: "torch.storage", name: "UntypedStorage", role: .storage(nil)),
      PickleGlobal(module: "torch", name: "UntypedStorage", role: .storage(nil)),
    ]
    for type in ScalarType.all {
      guard case .word(let word) = type.ids[.torchStorage] else { continue }
      result.append(.init(module: "torch", name: word, role: .storage(type)))
    }
    return result
  }()

  private static let dtypes: [PickleGlobal] =
    ScalarType.all.compactMap { type in
      guard case .word(let word) = type.ids[.torchDType] else { return nil }
      return .init(module: "torch", name: word, role: .dtype(type))
    }
    + [
      "float4_e2m1fn_x2", "quint8", "qint8", "qint32", "quint4x2", "quint2x4", "bits8", "bits16",
      "bits1x8", "bits2x4", "bits4x2",
    ].map { .init(module: "torch", name: $0, role: .dtype(nil)) }

  private struct Key: Hashable {
    let module: String
    let name: String
  }
  private static let index: [Key: Int32] = {
    var result: [Key: Int32] = [:]
    for (position, global) in all.enumerated() {
      result[Key(module: global.module, name: global.name)] = Int32(position)
    }
    return result
  }()
}
