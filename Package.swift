// swift-tools-version: 6.1
// SPDX-License-Identifier: GPL-2.0-only
import PackageDescription

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
    .target(name: "DMA", dependencies: ["PageTable", "SubjectABI"]),
    .target(name: "SwiftSubject", dependencies: ["PageTable", "DMA", "SubjectABI"]),
    .target(name: "Scenario", dependencies: ["SubjectABI", "CZlib"]),
    .target(
      name: "Lockstep",
      dependencies: ["Scenario", "PageTable", "DMA", "SwiftSubject", "Reference", "SubjectABI"]),
    .executableTarget(
      name: "iopt",
      dependencies: [
        "Lockstep", "Scenario",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "iopt-bench",
      dependencies: [
        "Lockstep", "Scenario", "SubjectABI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks", exclude: ["base", "counting.patch", "round", "run"]),
    .testTarget(
      name: "DMATests",
      dependencies: ["DMA", "Lockstep", "Reference", "Scenario", "SwiftSubject", "SubjectABI"]),
    .testTarget(
      name: "LockstepTests", dependencies: ["Lockstep", "Scenario", "SubjectABI"]),
    .testTarget(name: "PageTableTests", dependencies: ["Lockstep", "Scenario", "SubjectABI"]),
    .testTarget(name: "BenchmarkTests", dependencies: ["iopt-bench", "Scenario"]),
    .testTarget(name: "CommandLineTests", dependencies: ["iopt", "iopt-coverage", "Scenario"]),
    .testTarget(name: "CorpusTests", dependencies: ["Lockstep", "Scenario", "iopt"]),
    .testTarget(name: "CodecTests", dependencies: ["Scenario", "SubjectABI"]),
    .testTarget(name: "ScenarioTests", dependencies: ["Scenario", "SubjectABI"]),
    .testTarget(name: "ShrinkTests", dependencies: ["Lockstep", "Scenario", "SubjectABI"]),
  ],
  swiftLanguageModes: [.v6]
)
