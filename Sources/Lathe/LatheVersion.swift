internal import Conversion

/// The version of this library and program.
public enum LatheVersion {
  /// Semantic version.
  public static let text = Stages.version
}
