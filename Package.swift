// swift-tools-version: 6.2
import PackageDescription

// The targets as a table: each may depend only on what stands above it (tools/check-imports proves it).

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

/// A library target of Sources/, with its dependencies by name.
func module(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

/// The tests of one module: Tests/<Module>Tests.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["_TestSupport"], path: "Tests/\(name)",
    swiftSettings: strict)
}

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let collections: Target.Dependency = .product(
  name: "OrderedCollections", package: "swift-collections")

// One source of kernels, compiled once per CPU level; every level gives the same bytes. They are
// optimised in debug builds too: what the tests prove is then the code that is shipped, and no
// function of the standard library is left that a faster level could lend to the baseline.
let kernel =
  strict + [
    .unsafeFlags(["-O", "-whole-module-optimization", "-num-threads", "1", "-disable-batch-mode"])
  ]
#if arch(x86_64)
  let kernelLevels: [Target] = [
    .target(name: "KernelsBaseline", path: "Sources/Kernels/Baseline", swiftSettings: kernel),
    .target(
      name: "KernelsV3", path: "Sources/Kernels/V3",
      swiftSettings: kernel + [.unsafeFlags(["-Xcc", "-march=x86-64-v3"]), .define("HAS_F16C")]),
    .target(
      name: "KernelsV4", path: "Sources/Kernels/V4",
      swiftSettings: kernel + [.unsafeFlags(["-Xcc", "-march=x86-64-v4"]), .define("HAS_F16C")]),
  ]
#else
  let kernelLevels: [Target] = [
    .target(name: "KernelsBaseline", path: "Sources/Kernels/Baseline", swiftSettings: kernel)
  ]
#endif

let package = Package(
  name: "lathe",
  platforms: [.macOS("26.0")],
  products: [
    .library(name: "Lathe", targets: ["Lathe"]),
    .executable(name: "lathe", targets: ["lathe-cli"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ],
  targets: [
    // level 0
    module("Failures", []),
    .target(name: "CSystem"),
    .systemLibrary(
      name: "CZstd", path: "Sources/CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]
    ),
    .systemLibrary(
      name: "CYaml", path: "Sources/CYaml", pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"])]),
    .executableTarget(name: "EmbedFormatsTool", path: "tools/EmbedFormats", swiftSettings: strict),
    .plugin(
      name: "EmbedFormats", capability: .buildTool(), dependencies: ["EmbedFormatsTool"],
      path: "Plugins/EmbedFormats"),
    .target(name: "Formats", path: "Formats", swiftSettings: strict, plugins: ["EmbedFormats"]),
  ] + kernelLevels + [
    module(
      "Kernels", ["CSystem"] + kernelLevels.map { .byName(name: $0.name) },
      path: "Sources/Kernels/Dispatch"),
    // level 1
    module("ByteIO", ["CSystem", "Failures", crypto]),
    // level 2
    module("Documents", ["CYaml", "ByteIO", "Failures", collections]),
    module("Tensors", ["Kernels", "Failures"]),
    // level 3
    module("Quantization", ["Tensors", "Kernels", "Documents", "Failures"]),
    module("ModelGraph", ["Tensors", "Failures"]),
    module("Tokenizers", ["ByteIO", "Documents", "Formats", "Failures", collections]),
    // level 4
    module(
      "Architectures",
      ["Formats", "Documents", "Tensors", "Quantization", "ModelGraph", "Failures", collections]),
    module(
      "Checkpoints",
      ["ByteIO", "Documents", "Tensors", "Quantization", "ModelGraph", "Failures", collections]),
    // level 5
    module(
      "Conversion",
      [
        "ByteIO", "Documents", "Tensors", "Kernels", "Quantization", "ModelGraph", "Tokenizers",
        "Architectures", "Checkpoints", "Formats", "CSystem", "Failures", collections, crypto,
      ]),
    // levels 7 and 8
    module(
      "Lathe",
      [
        "ByteIO", "Documents", "Tensors", "Quantization", "ModelGraph", "Tokenizers",
        "Architectures", "Checkpoints", "Conversion", "Formats", "Failures",
      ]),
    .executableTarget(
      name: "lathe-cli", dependencies: ["Lathe", argumentParser], path: "Sources/lathe-cli",
      swiftSettings: strict),
    // tests
    .target(
      name: "_TestSupport",
      dependencies: ["ByteIO", "Documents", "CZstd", crypto], path: "Tests/_TestSupport",
      swiftSettings: strict),
    tests("TensorsTests", ["Tensors", "Kernels", "Failures"]),
    tests("KernelsTests", ["Kernels"]),
    tests("ByteIOTests", ["ByteIO", "Failures"]),
    tests("DocumentsTests", ["Documents", "Failures"]),
    tests("QuantizationTests", ["Quantization", "Tensors", "Kernels"]),
    tests("ModelGraphTests", ["ModelGraph", "Tensors", "Failures"]),
    tests("TokenizersTests", ["Tokenizers", "Documents", "Formats", "Failures"]),
    tests(
      "ArchitecturesTests",
      ["Architectures", "Documents", "Tensors", "ModelGraph", "Formats", "Failures"]),
    tests(
      "CheckpointsTests",
      ["Checkpoints", "ByteIO", "Documents", "Tensors", "Quantization", "Failures"]),
    tests(
      "ConversionTests",
      [
        "Conversion", "Checkpoints", "Architectures", "ByteIO", "Documents", "Tensors",
        "Quantization", "Failures",
      ]),
    tests("EndToEndTests", ["Lathe", "Documents", "Failures"]),
  ]
)
