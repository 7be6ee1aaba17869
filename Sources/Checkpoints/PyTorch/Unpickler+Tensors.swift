internal import Failures
internal import Tensors

extension Unpickler {
  /// BINPERSID: `('storage', class, key, location, count)`, in the legacy layout with a sixth
  /// entry: None, or `(view key, first element, count)`.
  mutating func loadStorage(_ id: PickleValue) throws(CheckpointError) -> PickleValue {
    guard case .tuple = id, let parts = heap.sequence(id).map(Array.init),
      parts.first?.text == "storage"
    else {
      throw failure(.forbidden, "a persistent id must be a tuple that begins with 'storage'")
    }
    guard parts.count == 5 || parts.count == 6 else {
      throw failure(.header, "a storage's id has \(parts.count) parts; expected 5 or 6")
    }
    guard case .global(let index) = parts[1],
      case .storage(let type) = PickleGlobal.all[Int(index)].role
    else {
      throw failure(.header, "expected a storage class in a storage's id, found \(parts[1].kind)")
    }
    guard let key = parts[2].text ?? parts[2].integer.map(String.init) else {
      throw failure(.header, "expected a string as a storage's key, found \(parts[2].kind)")
    }
    guard let count = parts[4].integer, count >= 0 else {
      throw failure(.header, "storage '\(key)': expected a count of elements")
    }
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: (type?.bits ?? 8) / 8)
    guard !overflow else {
      throw failure(.header, "storage '\(key)': \(count) elements exceed any file")
    }
    let storage = try storageIndex(
      TorchStorage(key: key, type: type, elementCount: count, byteCount: byteCount))
    var view = TorchStorageView(storage: storage, start: 0, count: count)
    if parts.count == 6, let range = heap.sequence(parts[5]).map(Array.init) {
      guard range.count == 3, let start = range[1].integer, let length = range[2].integer,
        start >= 0, length >= 0, start <= count, length <= count - start
      else {
        throw failure(.layout, "storage '\(key)': a view that is not within its \(count) elements")
      }
      view = TorchStorageView(storage: storage, start: start, count: length)
    }
    guard heap.views.count < PickleLimits.tensors else {
      throw failure(.limit, "the pickle names more than \(PickleLimits.tensors) storages")
    }
    heap.views.append(view)
    return .storage(Int32(heap.views.count - 1))
  }

  /// The storage's index; ids of one key must agree.
  private mutating func storageIndex(_ storage: TorchStorage) throws(CheckpointError) -> Int {
    let key = Array(storage.key.utf8)
    if let known = storageByKey[key] {
      guard heap.storages[known] == storage else {
        throw failure(
          .tensor, "storage '\(storage.key)' is described twice, with different types or counts")
      }
      return known
    }
    heap.storages.append(storage)
    storageByKey[key] = heap.storages.count - 1
    return heap.storages.count - 1
  }

  /// A rebuild function of dense tensors: `(storage, offset, size, stride, ...)`.
  mutating func makeTensor(
    _ global: PickleGlobal, _ form: PickleGlobal.TensorForm, _ arguments: [PickleValue]
  ) throws(CheckpointError) -> PickleValue {
    let counts =
      switch form {
      case .v1: 4...4
      case .v2: 6...7
      case .v3: 7...8
      }
    guard counts.contains(arguments.count) else {
      throw failure(.header, "\(global.path) with \(arguments.count) arguments")
    }
    guard case .storage(let viewIndex) = arguments[0] else {
      throw failure(
        .header, "\(global.path): expected a storage first, found \(arguments[0].kind)")
    }
    let view = heap.views[Int(viewIndex)]
    let storage = heap.storages[view.storage]
    let type = try elementType(form, arguments, storage)
    if arguments.count > counts.lowerBound { try checkMetadata(arguments[counts.lowerBound]) }
    guard let offset = arguments[1].integer else {
      throw failure(.header, "expected a view's offset, found \(arguments[1].kind)")
    }
    let sizes = try integers(arguments[2], "a size")
    let strides = try integers(arguments[3], "a stride")
    // A view's elements are counted in its own type, which only an untyped storage leaves open.
    let elementBytes = type.bits / 8
    let scale = storage.type == nil ? elementBytes : 1
    guard view.start % scale == 0 else {
      throw failure(.layout, "storage '\(storage.key)': a view that begins within an element")
    }
    let byteCount = try checkView(
      offset: offset, sizes: sizes, strides: strides, limit: view.count / scale,
      elementBytes: elementBytes, key: storage.key)
    guard heap.tensors.count < PickleLimits.tensors else {
      throw failure(.limit, "the pickle holds more than \(PickleLimits.tensors) tensors")
    }
    heap.tensors.append(
      TorchTensor(
        storage: view.storage, type: type, offset: offset + view.start / scale, sizes: sizes,
        strides: strides, byteCount: byteCount))
    return .tensor(Int32(heap.tensors.count - 1))
  }

  private func elementType(
    _ form: PickleGlobal.TensorForm, _ arguments: [PickleValue], _ storage: TorchStorage
  ) throws(CheckpointError) -> ScalarType {
    guard form == .v3 else { return storage.type ?? .u8 }
    guard case .global(let index) = arguments[6],
      case .dtype(let found) = PickleGlobal.all[Int(index)].role
    else {
      throw failure(.header, "expected a dtype, found \(arguments[6].kind)")
    }
    guard let type = found else {
      throw failure(
        .unsupported, "tensors of type \(PickleGlobal.all[Int(index)].path) are not supported")
    }
    guard storage.type == nil || storage.type?.bits == type.bits else {
      throw failure(
        .tensor, "storage '\(storage.key)' has another element size than its tensor of \(type)")
    }
    return type
  }

  /// Conjugated and negated views hold other numbers than their storage.
  private func checkMetadata(_ value: PickleValue) throws(CheckpointError) {
    if case .none = value { return }
    guard let dict = heap.dict(value) else {
      throw failure(.header, "expected a dict of tensor flags, found \(value.kind)")
    }
    for flag in stride(from: 1, to: dict.items.count, by: 2) {
      if case .bool(false) = dict.items[flag] { continue }
      throw failure(
        .unsupported,
        "a tensor with the flag '\(dict.items[flag - 1].text ?? "?")' is not stored as it is meant; "
          + "supported are plain views (resolve_conj, resolve_neg before saving)")
    }
  }

  private func integers(_ value: PickleValue, _ what: String) throws(CheckpointError) -> [Int] {
    guard let items = heap.sequence(value) else {
      throw failure(.header, "expected \(what) as a tuple, found \(value.kind)")
    }
    guard items.count <= PickleLimits.rank else {
      throw failure(.limit, "\(what) of \(items.count) axes; the limit is \(PickleLimits.rank)")
    }
    var result: [Int] = []
    for item in items {
      guard let number = item.integer, number >= 0 else {
        throw failure(.tensor, "expected \(what) of numbers from 0 to 2^63 - 1")
      }
      result.append(number)
    }
    return result
  }

  /// Checks a view against its storage's elements; gives its bytes when contiguous.
  private func checkView(
    offset: Int, sizes: [Int], strides: [Int], limit: Int, elementBytes: Int, key: String
  ) throws(CheckpointError) -> Int {
    guard sizes.count == strides.count else {
      throw failure(
        .tensor,
        "a size of \(sizes.count) axes with a stride of \(strides.count): they must be as long")
    }
    guard offset >= 0 else { throw failure(.tensor, "a view's offset is \(offset)") }
    guard let count = Shape(sizes).elementCount,
      case (let byteCount, false) = count.multipliedReportingOverflow(by: elementBytes)
    else {
      throw failure(.tensor, "the shape \(Shape(sizes)) has more bytes than 64 bits can count")
    }
    if count == 0 {
      guard offset <= limit else {
        throw failure(.layout, "a view begins at element \(offset) of storage '\(key)' of \(limit)")
      }
      return 0
    }
    var last = offset
    for (size, stride) in zip(sizes, strides) {
      let (distance, tooFar) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflow) = last.addingReportingOverflow(distance)
      guard !tooFar, !overflow else {
        throw failure(
          .layout, "size \(Shape(sizes)) with stride \(Shape(strides)) exceeds 64 bits")
      }
      last = sum
    }
    guard last < limit else {
      throw failure(
        .layout,
        "a view of size \(Shape(sizes)), stride \(Shape(strides)) and offset \(offset) reaches "
          + "element \(last) of storage '\(key)', which has \(limit)")
    }
    guard count <= limit || count <= PickleLimits.expandedElements else {
      throw failure(
        .limit,
        "a view of \(count) elements of a storage with \(limit) exceeds the limit of "
          + "\(PickleLimits.expandedElements)")
    }
    return byteCount
  }
}
