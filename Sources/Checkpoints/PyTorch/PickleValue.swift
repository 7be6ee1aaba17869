internal import Tensors

/// A value that a pickle builds: plain data, or an index into the `PickleHeap`.
enum PickleValue: Sendable {
  /// None, and objects that are allowed but carry nothing of interest (a device, a complex number).
  case none
  /// Truth.
  case bool(Bool)
  /// An integer that fits 64 bits.
  case int(Int)
  /// A longer integer, as its little-endian two's complement.
  case long([UInt8])
  /// A binary64.
  case float(Double)
  /// Text.
  case string(String)
  /// Bytes.
  case bytes([UInt8])
  /// A tuple or `torch.Size`: a run of the heap's items.
  case tuple(start: Int32, count: Int32)
  /// A list, dict or set of the heap.
  case container(Int32)
  /// A view of a storage of the heap.
  case storage(Int32)
  /// A tensor of the heap.
  case tensor(Int32)
  /// A name of the allow-list.
  case global(Int32)

  /// What it is, for messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a bool"
    case .int, .long: "an integer"
    case .float: "a float"
    case .string: "a string"
    case .bytes: "bytes"
    case .tuple: "a tuple"
    case .container: "a container"
    case .storage: "a storage"
    case .tensor: "a tensor"
    case .global: "a class or function"
    }
  }

  /// The integer, if it is one that fits.
  var integer: Int? {
    if case .int(let value) = self { return value }
    return nil
  }

  /// The text of a string, or of bytes that Python 2 wrote for one.
  var text: String? {
    switch self {
    case .string(let text): text
    case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
    default: nil
    }
  }
}

/// What the values of a pickle refer to: flat arrays, so that neither depth nor cycles matter.
struct PickleHeap: Sendable {
  /// A list, dict or set.
  struct Container: Sendable {
    /// What it is.
    enum Kind: Sendable {
      case list, dict, orderedDict, set
    }
    /// What it is.
    var kind: Kind
    /// Its values; of a dict, keys and values in turn.
    var items: [PickleValue] = []
    /// Whether it is a dict of any sort.
    var isDict: Bool { kind == .dict || kind == .orderedDict }
  }

  /// The items of all tuples.
  var tupleItems: [PickleValue] = []
  /// Lists, dicts and sets.
  var containers: [Container] = []
  /// Storages that persistent ids name, each once.
  var storages: [TorchStorage] = []
  /// What each persistent id means: a storage, or in the legacy layout a part of one.
  var views: [TorchStorageView] = []
  /// Tensors.
  var tensors: [TorchTensor] = []

  /// The items of a tuple or list.
  func sequence(_ value: PickleValue) -> ArraySlice<PickleValue>? {
    switch value {
    case .tuple(let start, let count):
      return tupleItems[Int(start)..<Int(start) + Int(count)]
    case .container(let index) where containers[Int(index)].kind == .list:
      return containers[Int(index)].items[...]
    default:
      return nil
    }
  }

  /// The dict of that value.
  func dict(_ value: PickleValue) -> Container? {
    guard case .container(let index) = value else { return nil }
    let container = containers[Int(index)]
    return container.isDict ? container : nil
  }
}

/// A storage as a persistent id describes it.
struct TorchStorage: Hashable, Sendable {
  /// Its key: the member's name below `data/`, or the legacy layout's key.
  let key: String
  /// Type of its elements; nil for an UntypedStorage, which counts bytes.
  let type: ScalarType?
  /// Number of elements of the whole storage.
  let elementCount: Int
  /// Bytes of the whole storage.
  let byteCount: Int
}

/// A run of a storage's elements.
struct TorchStorageView: Hashable, Sendable {
  /// Index into the heap's storages.
  let storage: Int
  /// First element.
  let start: Int
  /// Number of elements.
  let count: Int
}

/// A tensor as a rebuild function describes it: a checked view of a storage.
struct TorchTensor: Hashable, Sendable {
  /// Index into the heap's storages.
  let storage: Int
  /// Type of its elements.
  let type: ScalarType
  /// First element, counted from the storage's start.
  let offset: Int
  /// Axis lengths.
  let sizes: [Int]
  /// Distance between neighbours along each axis, in elements.
  let strides: [Int]
  /// Bytes when contiguous.
  let byteCount: Int
}
