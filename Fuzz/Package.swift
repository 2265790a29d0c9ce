// swift-tools-version: 6.1
// SPDX-License-Identifier: GPL-2.0-only
// The libFuzzer build. Its targets are the root package's own folders (symbolic links), compiled
// with coverage instrumentation; dependencies from elsewhere stay without.
import PackageDescription

// AFL++ (Fuzz/afl) counts by guards instead of libFuzzer's inline counters.
let isForAFL = Context.environment["IOPT_FUZZ_ENGINE"] == "afl"
// Comparisons are not traced: it halves the speed, and what operations compare is made of choices
// that mutation knows.
let counters = isForAFL ? "edge,trace-pc-guard" : "edge,inline-8bit-counters,pc-table"
let instrumentedSwift: [SwiftSetting] = [
  .unsafeFlags(["-sanitize=fuzzer", "-sanitize-coverage=\(counters)"])
]
let instrumentedC: [CSetting] = [.unsafeFlags(["-fsanitize-coverage=\(counters)"])]
// libFuzzer looks at every counter after every input. What tells two inputs apart is what subjects do
// with them: the readers of scenarios and traces count in builds that fuzz these (make fuzz-parsers,
// Fuzz/service-build), and half of all counters are theirs.
let countsReaders = Context.environment["LOCKSTEP_COUNT_READERS"] != nil
let readerSettings = countsReaders ? instrumentedSwift : []

// As in the root package.
let commit = Context.environment["LOCKSTEP_COMMIT"] ?? "unknown"

let package = Package(
  name: "lockstep-fuzz",
  products: [
    .executable(name: "iopt-fuzz", targets: ["iopt-fuzz"]),
    // What shows its findings again, of the same build.
    .executable(name: "iopt", targets: ["iopt"]),
    // For services that bring their own main: Fuzz/service-build links it.
    .library(name: "iopt-fuzz-engine", type: .static, targets: ["FuzzTarget"]),
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
      exclude: ["abi", "kernel"], publicHeadersPath: "include", cSettings: instrumentedC),
    .target(name: "PageTable", dependencies: ["SubjectABI"], swiftSettings: instrumentedSwift),
    .target(
      name: "DMA", dependencies: ["PageTable", "SubjectABI"], swiftSettings: instrumentedSwift),
    .target(
      name: "SwiftSubject", dependencies: ["PageTable", "DMA", "SubjectABI"],
      swiftSettings: instrumentedSwift),
    .target(name: "CIsolation"),
    .target(name: "Log"),
    .target(
      name: "ScenarioLanguage", dependencies: ["Log", "SubjectABI", "CZlib"],
      path: "Sources/Scenario",
      swiftSettings: readerSettings),
    .target(name: "Contract", dependencies: ["Log", "ScenarioLanguage", "SubjectABI"]),
    .target(name: "Hardware", dependencies: ["Log", "ScenarioLanguage", "SubjectABI"]),
    .target(
      name: "Lockstep",
      dependencies: [
        "CIsolation", "Contract", "Hardware", "Log", "ScenarioLanguage", "SwiftSubject",
        "Reference", "SubjectABI",
      ]),
    .target(
      name: "Lab",
      dependencies: ["Hardware", "Lockstep", "Log", "ScenarioLanguage", "SubjectABI"]),
    .target(name: "Report", dependencies: ["Hardware", "Lockstep", "Log", "ScenarioLanguage"]),
    .target(name: "Export", dependencies: ["Contract", "Log", "ScenarioLanguage", "SubjectABI"]),
    .target(name: "Import", dependencies: ["ScenarioLanguage"], swiftSettings: readerSettings),
    // Its rooms count, and libFuzzer's runtime has what they count in.
    .executableTarget(
      name: "iopt",
      dependencies: [
        "CVersion", "Export", "Import", "Lab", "Lockstep", "Report", "ScenarioLanguage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
    .target(name: "CFuzzer", path: "CFuzzer"),
    .target(
      name: "FuzzTarget",
      dependencies: ["Import", "Lockstep", "Report", "ScenarioLanguage", "CFuzzer", "SubjectABI"],
      path: "Target",
      swiftSettings: countsReaders ? [.define("COUNTS_READERS")] : []),
    .executableTarget(
      name: "iopt-fuzz",
      dependencies: [
        "FuzzTarget", "CFuzzer", "CIsolation", "CVersion", "Lockstep", "Report", "ScenarioLanguage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Driver",
      // libFuzzer's _Exit() leads to ours (CFuzzer/run-count.c).
      linkerSettings: [
        .unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld", "-Xlinker", "--wrap=_Exit"])
      ]),
  ],
  swiftLanguageModes: [.v6]
)
