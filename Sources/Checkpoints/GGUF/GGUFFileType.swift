/// The values of `general.file_type`: which recipe most tensors of a file follow.
public struct GGUFFileType: Hashable, Sendable {
  /// Name of the recipe, `F16`, `Q4_K_M`; that of the type where the recipe is one type.
  public let name: String
  /// The number in the file.
  public let number: UInt32

  private init(_ number: UInt32, _ name: String) {
    self.number = number
    self.name = name
  }

  /// The value of a file that does not say and was judged by its tensors.
  public static let guessed: UInt32 = 1024

  /// Every live value, by number.
  public static let all: [GGUFFileType] = [
    .init(0, "F32"), .init(1, "F16"), .init(2, "Q4_0"), .init(3, "Q4_1"), .init(7, "Q8_0"),
    .init(8, "Q5_0"), .init(9, "Q5_1"), .init(10, "Q2_K"), .init(11, "Q3_K_S"),
    .init(12, "Q3_K_M"), .init(13, "Q3_K_L"), .init(14, "Q4_K_S"), .init(15, "Q4_K_M"),
    .init(16, "Q5_K_S"), .init(17, "Q5_K_M"), .init(18, "Q6_K"), .init(19, "IQ2_XXS"),
    .init(20, "IQ2_XS"), .init(21, "Q2_K_S"), .init(22, "IQ3_XS"), .init(23, "IQ3_XXS"),
    .init(24, "IQ1_S"), .init(25, "IQ4_NL"), .init(26, "IQ3_S"), .init(27, "IQ3_M"),
    .init(28, "IQ2_S"), .init(29, "IQ2_M"), .init(30, "IQ4_XS"), .init(31, "IQ1_M"),
    .init(32, "BF16"), .init(36, "TQ1_0"), .init(37, "TQ2_0"), .init(38, "MXFP4_MOE"),
    .init(39, "NVFP4"), .init(40, "Q1_0"), .init(41, "Q2_0"),
  ]

  /// The value of that name, in any case of letters.
  public static func named(_ name: String) -> GGUFFileType? {
    let wanted = name.uppercased()
    return all.first { $0.name == wanted }
  }

  /// The value of that number.
  public static func numbered(_ number: UInt32) -> GGUFFileType? {
    all.first { $0.number == number }
  }
}
