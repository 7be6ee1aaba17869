/// The stages that the planner may chain, one line each, sorted by id.
public enum Stages {
  /// Every stage of tensor data.
  public static let all: [any Stage] = [
    CastScalars(),
    DecodeBlocks(),
    EncodeBlocks(),
    UnpackParts(),
  ]

  /// The stage of that id.
  public static func named(_ id: String) -> (any Stage)? { all.first { $0.id == id } }
}

extension Stages {
  /// The program's version, as written into outputs.
  public static let version = "0.1.0"
}
