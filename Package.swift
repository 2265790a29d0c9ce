// swift-tools-version: 6.1
// SPDX-License-Identifier: GPL-2.0-only
import PackageDescription

/// The data structures of the DMA layer check themselves after each change: in debug builds, hence
/// under `swift test`.
let internalChecks: [SwiftSetting] = [
  .define("LOCKSTEP_INTERNAL_CHECKS", .when(configuration: .debug))
]

let package = Package(
  name: "lockstep",
  products: [
    .executable(name: "iopt", targets: ["iopt"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(name: "SubjectABI", path: "reference/abi"),
    .systemLibrary(name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "Reference", dependencies: ["SubjectABI"], path: "reference",
      exclude: ["abi"], publicHeadersPath: "include"),
    .executableTarget(name: "iopt-coverage", path: "Fuzz/Coverage"),
    .target(name: "PageTable", dependencies: ["SubjectABI"]),
    .target(
      name: "DMA", dependencies: ["PageTable", "SubjectABI"], swiftSettings: internalChecks),
    .target(name: "SwiftSubject", dependencies: ["PageTable", "DMA", "SubjectABI"]),
    .target(name: "Log"),
    .target(name: "Scenario", dependencies: ["Log", "SubjectABI", "CZlib"]),
    .target(name: "Contract", dependencies: ["Log", "Scenario", "SubjectABI"]),
    .target(name: "Hardware", dependencies: ["Scenario"]),
    .target(
      name: "Lockstep",
      dependencies: [
        "Contract", "Hardware", "Log", "Scenario", "SwiftSubject", "Reference", "SubjectABI",
      ]),
    .target(name: "Report", dependencies: ["Lockstep", "Log", "Scenario"]),
    .executableTarget(
      name: "iopt",
      dependencies: [
        "Lockstep", "Report", "Scenario",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "iopt-bench",
      dependencies: [
        "Lockstep", "Log", "Scenario", "SubjectABI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks", exclude: ["base", "counting.patch", "round", "run"]),
    .testTarget(
      name: "DMATests",
      dependencies: [
        "Contract", "DMA", "Lockstep", "Log", "Reference", "Report", "Scenario", "SwiftSubject",
        "SubjectABI",
      ],
      swiftSettings: internalChecks),
    .testTarget(
      name: "LockstepTests",
      dependencies: [
        "Lockstep", "Reference", "Report", "Scenario", "SwiftSubject", "SubjectABI",
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "PageTableTests",
      dependencies: ["Contract", "Hardware", "Lockstep", "Log", "Report", "Scenario", "SubjectABI"]),
    .testTarget(name: "HardwareTests", dependencies: ["Hardware", "Scenario"]),
    .testTarget(name: "BenchmarkTests", dependencies: ["iopt-bench", "Scenario"]),
    .testTarget(name: "CommandLineTests", dependencies: ["iopt", "iopt-coverage", "Scenario"]),
    .testTarget(name: "CorpusTests", dependencies: ["Lockstep", "Scenario", "iopt"]),
    .testTarget(name: "CodecTests", dependencies: ["Scenario", "SubjectABI"]),
    .testTarget(name: "LogTests", dependencies: ["Log", "SubjectABI"]),
    .testTarget(name: "ScenarioTests", dependencies: ["Log", "Scenario", "SubjectABI"]),
    .testTarget(
      name: "ShrinkTests", dependencies: ["Lockstep", "Log", "Report", "Scenario", "SubjectABI"]),
    .testTarget(name: "TidyTests"),
  ],
  swiftLanguageModes: [.v6]
)
