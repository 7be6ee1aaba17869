internal import Checkpoints
internal import Documents
internal import Quantization
internal import Tensors

/// How the source's tensors become the output's, before types are chosen.
struct TensorMapping {
  /// A tensor of the output.
  struct Item {
    var name: String
    var shape: Shape
    var origin: PlannedTensor.Origin
    /// The encoding that its bytes have in the source.
    var encoding: Encoding
    var layoutText: String?
    /// Tensors of one group share their data in the source.
    var aliasGroup: Int?
    /// What is merged into it; nil if its numbers are the source's.
    var merge: Merge?
    /// The encoding that the description keeps, which the tensor has.
    var isKept = false
    /// The part of a packing that it is.
    var part: PackingPart?

    /// The encoding that its numbers have when it lies in the target's layout, before a type is
    /// chosen.
    var workingEncoding: Encoding {
      if case .source(let map) = origin { map.workingEncoding(of: encoding) } else { encoding }
    }

    /// The encoding from which its type is chosen: the source's own where adapters are merged.
    var chosenFrom: Encoding {
      guard let merge, workingEncoding == encoding else { return workingEncoding }
      return merge.stored
    }

    /// How its values change.
    var valueMaps: [ValueMap] {
      if case .source(let map) = origin { map.valueMaps } else { [] }
    }
  }

  /// A tensor that is read through adapters.
  struct Merge {
    /// The encoding that the source stores it in; `encoding` is the one it is read in.
    var stored: Encoding
    /// Whether its numbers are others than the source's.
    var isChanged: Bool
  }

  var items: [Item]
  var lost: [Plan.LostTensor] = []
  var checks: [Plan.EqualityCheck] = []
  var warnings: [String] = []

  /// Lets every tensor become what is asked for.
  mutating func forgetKeptEncodings() {
    for index in items.indices { items[index].isKept = false }
  }

  /// Names and layouts stay as they are.
  static func unchanged(_ reader: any CheckpointReader) -> TensorMapping {
    var groups: [Storage: Int] = [:]
    let items = reader.tensors.enumerated().map { index, spec in
      var group: Int?
      if let shared = spec.sharedStorage {
        let storage = Storage(
          name: shared, shape: spec.shape, offset: spec.fileOffset, encoding: spec.encoding)
        group = groups[storage] ?? groups.count
        groups[storage] = group
      }
      return Item(
        name: spec.name, shape: spec.shape, origin: .source(SourceMap(tensor: index)),
        encoding: spec.encoding, aliasGroup: group)
    }
    return TensorMapping(items: items)
  }

  private struct Storage: Hashable {
    let name: String
    let shape: Shape
    let offset: UInt64
    let encoding: Encoding
  }
}
