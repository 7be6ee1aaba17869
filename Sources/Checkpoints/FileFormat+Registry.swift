/// The file formats that can be read and written, one line each.
public enum FileFormats {
  /// Every format, in the order in which files are tried and users see them.
  public static let all: [any FileFormat.Type] = [
    Safetensors.self, PyTorch.self,
  ]

  /// The format of that id.
  public static func named(_ id: String) -> (any FileFormat.Type)? { all.first { $0.id == id } }
}
