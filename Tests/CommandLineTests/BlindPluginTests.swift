// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// A plug-in whose code counts nothing: what it does leads the fuzzer.
@Suite struct BlindPluginTests {
  private static let isUpToDate = BuiltFuzzer.isUpToDate([
    "Fuzz/Driver", "Fuzz/Target", "Fuzz/CFuzzer", "Sources/Lockstep/Oracles",
  ])

  @Test(.enabled(if: isUpToDate, "\(BuiltFuzzer.comment)"))
  func whatItDoesMakesInputsWorthKeeping() throws {
    let scratch = try ScratchFolder()
    let plugin = try Tool.examplePlugin(in: scratch)
    let corpus = scratch("corpus")
    let tool = try Tool.run(
      BuiltFuzzer.path,
      [
        "--subject", plugin, "--corpus", corpus, "--artifacts", scratch("found"), "--",
        "-runs=20000", "-seed=1",
      ])
    #expect(tool.status == 0, "\(tool.errors)")
    #expect(tool.errors.contains("iopt-fuzz: 0 of "), "\(tool.errors)")
    let inputs = try FileManager.default.contentsOfDirectory(atPath: corpus)
    #expect(inputs.count > 30, "\(tool.errors)")
  }
}
