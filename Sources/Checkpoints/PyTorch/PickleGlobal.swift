internal import Tensors

/// A class or function that a pickle may name.
struct PickleGlobal: Sendable {
  /// What it builds when it is called.
  enum Role: Hashable, Sendable {
    /// `OrderedDict`, `Counter`: a dict.
    case dict
    /// `set`, `frozenset`: of one list or tuple.
    case set
    /// `torch.Size`: of one tuple.
    case size
    /// `_codecs.encode`: the bytes that protocols below 3 wrap in Latin-1 text.
    case encode
    /// `bytearray`.
    case byteArray
    /// Allowed, but nothing that a checkpoint's tensors need: a device, a layout.
    case opaque
    /// A class that is only compared: `torch.Tensor`, `Parameter`.
    case tensorClass
    /// A storage class; nil is UntypedStorage.
    case storage(ScalarType?)
    /// A dtype; nil is one that Lathe has no type for.
    case dtype(ScalarType?)
    /// `_rebuild_tensor`: storage, offset, size, stride; then as many arguments as stated are
    /// passed over, then a dtype if there is one.
    case tensor(TensorForm)
    /// `_rebuild_parameter`: its first argument.
    case parameter
    /// `_rebuild_from_type_v2`: function, type, arguments, state.
    case fromType
    /// Harmless, but builds what is not supported; the text says what.
    case unsupported(String)
  }

  /// The three generations of tensor rebuild functions.
  enum TensorForm: Hashable, Sendable {
    /// storage, offset, size, stride
    case v1
    /// the same, requires_grad, hooks, [metadata]
    case v2
    /// the same, requires_grad, hooks, dtype, [metadata]
    case v3
  }

  /// Python module.
  let module: String
  /// Name in the module.
  let name: String
  /// What it builds.
  let role: Role

  /// `module.name`.
  var path: String { "\(module).\(name)" }
}
