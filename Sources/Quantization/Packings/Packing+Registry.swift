public import Tensors

/// The packings, by the encoding of the whole.
public enum Packings {
  /// Every packing, sorted by its encoding's name; one file each.
  public static let all: [any Packing.Type] = [
    PackedMXFP4.self
  ]

  /// The packing whose whole is of that encoding.
  public static func of(_ encoding: Encoding) -> (any Packing.Type)? {
    all.first { $0.encoding == encoding }
  }

  /// The part that an encoding is, and its packing.
  public static func part(
    _ encoding: Encoding
  ) -> (packing: any Packing.Type, index: Int)? {
    for packing in all {
      if let index = packing.parts.firstIndex(where: { $0.encoding == encoding }) {
        return (packing, index)
      }
    }
    return nil
  }
}
