// swift-tools-version: 6.1
// SPDX-License-Identifier: GPL-2.0-only
import PackageDescription

/// The data structures of the DMA layer check themselves after each change: in debug builds, hence
/// under `swift test`.
let internalChecks: [SwiftSetting] = [
  .define("LOCKSTEP_INTERNAL_CHECKS", .when(configuration: .debug))
]

/// Tests run scenarios by the thousand. What does that is optimised in debug builds too, with every
/// check that those have: `make test` takes a third of the time. `-Xswiftc -Onone` for a debugger.
let runsScenarios: [SwiftSetting] = [
  .unsafeFlags(
    [
      "-O", "-assert-config", "Debug", "-disable-batch-mode", "-whole-module-optimization",
      "-num-threads", "2",
    ], .when(configuration: .debug))
]
let runsScenariosC: [CSetting] = [.unsafeFlags(["-O1"], .when(configuration: .debug))]

/// What `--version` says that a program was built from: make sets it for release builds. The package
/// manager keeps what it reads of a manifest, but not across a change in the environment.
let commit = Context.environment["LOCKSTEP_COMMIT"] ?? "unknown"

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
      name: "CVersion", path: "Sources/CVersion",
      cSettings: [.define("LOCKSTEP_COMMIT", to: "\"\(commit)\"")]),
    .target(
      name: "Reference", dependencies: ["SubjectABI"], path: "reference",
      exclude: ["abi", "kernel"], publicHeadersPath: "include", cSettings: runsScenariosC),
    .executableTarget(name: "iopt-coverage", dependencies: ["CVersion"], path: "Fuzz/Coverage"),
    .executableTarget(name: "iopt-manual", dependencies: ["CVersion"], path: "Tools/Manual"),
    .executableTarget(name: "iopt-tests", dependencies: ["CVersion"], path: "Tools/TestReport"),
    .target(name: "PageTable", dependencies: ["SubjectABI"], swiftSettings: runsScenarios),
    .target(
      name: "DMA", dependencies: ["PageTable", "SubjectABI"],
      swiftSettings: internalChecks + runsScenarios),
    .target(
      name: "SwiftSubject", dependencies: ["PageTable", "DMA", "SubjectABI"],
      swiftSettings: runsScenarios),
    .target(name: "CIsolation"),
    .target(name: "Log", swiftSettings: runsScenarios),
    .target(
      name: "ScenarioLanguage", dependencies: ["Log", "SubjectABI", "CZlib"],
      path: "Sources/Scenario", swiftSettings: runsScenarios),
    .target(
      name: "Contract", dependencies: ["Log", "ScenarioLanguage", "SubjectABI"],
      swiftSettings: runsScenarios),
    .target(
      name: "Hardware", dependencies: ["Log", "ScenarioLanguage", "SubjectABI"],
      swiftSettings: runsScenarios),
    .target(
      name: "Lockstep",
      dependencies: [
        "CIsolation", "Contract", "Hardware", "Log", "ScenarioLanguage", "SwiftSubject",
        "Reference", "SubjectABI",
      ], swiftSettings: runsScenarios),
    .target(
      name: "Lab",
      dependencies: ["Hardware", "Lockstep", "Log", "ScenarioLanguage", "SubjectABI"],
      swiftSettings: runsScenarios),
    .target(name: "Report", dependencies: ["Hardware", "Lockstep", "Log", "ScenarioLanguage"]),
    .target(name: "Export", dependencies: ["Contract", "Log", "ScenarioLanguage", "SubjectABI"]),
    .target(name: "Import", dependencies: ["ScenarioLanguage"]),
    .executableTarget(
      name: "iopt",
      dependencies: [
        "CVersion", "Export", "Import", "Lab", "Lockstep", "Report", "ScenarioLanguage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "iopt-bench",
      dependencies: [
        "CVersion", "Lockstep", "Report", "ScenarioLanguage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks", exclude: ["base", "counting.patch", "round", "run"]),
    .testTarget(
      name: "DMATests",
      dependencies: [
        "Contract", "DMA", "Lockstep", "Log", "PageTable", "Reference", "Report",
        "ScenarioLanguage",
        "SwiftSubject", "SubjectABI",
      ],
      swiftSettings: internalChecks),
    .testTarget(
      name: "LockstepTests",
      dependencies: [
        "Hardware", "Lockstep", "Log", "Reference", "Report", "ScenarioLanguage", "SwiftSubject",
        "SubjectABI",
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "PageTableTests",
      dependencies: [
        "Contract", "Hardware", "Lockstep", "Log", "Report", "ScenarioLanguage", "SubjectABI",
      ]),
    .testTarget(name: "ToyFormatTests", exclude: ["Fixtures"]),
    .testTarget(
      name: "HardwareTests", dependencies: ["Hardware", "Log", "ScenarioLanguage", "SubjectABI"],
      exclude: ["StandIns"]),
    .testTarget(
      name: "BenchmarkTests", dependencies: ["iopt-bench", "Lockstep", "ScenarioLanguage"]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "iopt", "iopt-bench", "iopt-coverage", "iopt-manual", "ScenarioLanguage", "SubjectABI",
      ]),
    .testTarget(name: "CorpusTests", dependencies: ["Lockstep", "ScenarioLanguage", "iopt"]),
    .testTarget(name: "CodecTests", dependencies: ["ScenarioLanguage", "SubjectABI"]),
    .testTarget(
      name: "ImportTests", dependencies: ["Import", "Lockstep", "Log", "ScenarioLanguage"]),
    .testTarget(
      name: "LabTests",
      dependencies: [
        "Hardware", "Lab", "Lockstep", "ScenarioLanguage",
      ]),
    .testTarget(name: "LogTests", dependencies: ["Log", "SubjectABI"]),
    .testTarget(name: "ScenarioTests", dependencies: ["Log", "ScenarioLanguage", "SubjectABI"]),
    .testTarget(
      name: "ShrinkTests",
      dependencies: ["Lockstep", "Log", "Report", "ScenarioLanguage", "SubjectABI"]),
    .testTarget(name: "TestReportTests", dependencies: ["iopt-tests"]),
    // It reads every file of the repository, letter by letter.
    .testTarget(name: "TidyTests", swiftSettings: runsScenarios),
  ],
  swiftLanguageModes: [.v6]
)
