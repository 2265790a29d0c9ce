// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// Inputs that ask for more than there is memory: they are left out, counted, and end nothing.
@Suite struct OversizedInputTests {
  private static let isUpToDate = BuiltFuzzer.isUpToDate(["Fuzz/Driver", "Fuzz/Target"])

  private static let head = """
    iopt 2
    domain format=vtdss kernel=7.3 va=48 oa=52 features=dma_incoherent,flush_range top=3
    dma queue=percpu cpus=2 size=16 timeout=10 mode=strict limit=0xffffffff

    """

  private func run(_ files: [String: String], _ scratch: ScratchFolder) throws -> Tool {
    for (name, text) in files {
      let file = try scratch.file("\(name).iopt", (Self.head + text).utf8)
      let made = try Tool.iopt("encode", file, "--output", scratch("seeds/\(name)"))
      #expect(made.status == 0, "\(made.errors)")
    }
    return try Tool.run(
      BuiltFuzzer.path,
      [
        "--subject", "reference", "--seeds", scratch("seeds"), "--artifacts", scratch("found"),
        "--",
        "-runs=\(files.count)",
      ])
  }

  private static let huge = "dma_map 1 0x1000 0x680000000000 to_device limit=0xffffffffffffffff\n"

  @Test(.enabled(if: isUpToDate, "\(BuiltFuzzer.comment)"))
  func theyAreCountedAndTheOthersAreJudged() throws {
    let scratch = try ScratchFolder()
    try FileManager.default.createDirectory(
      atPath: scratch("seeds"), withIntermediateDirectories: true)
    // A lawful mapping of 1 GiB in pages of 4 KiB is none.
    let large = "dma_map 1 0x1000 0x40000000 to_device\ndma_unmap 1\n"
    let tool = try run(["huge": Self.huge, "large": large], scratch)
    #expect(tool.status == 0, "\(tool.errors)")
    let line = "  1 input left out: more than 2097152 table entries to fill in one\n"
    #expect(tool.errors.contains(line), "\(tool.errors)")
    #expect(tool.errors.contains("nothing wrong with reference in "), "\(tool.errors)")
  }

  @Test(.enabled(if: isUpToDate, "\(BuiltFuzzer.comment)"))
  func wantOfMemoryIsSaidInWords() throws {
    let scratch = try ScratchFolder()
    let tool = try Tool.run(
      BuiltFuzzer.path,
      [
        "--seeds", "Corpus/fuzz", "--artifacts", scratch("found"), "--", "-rss_limit_mb=10",
        "-runs=200000",
      ])
    #expect(tool.status == 71, "\(tool.errors)")
    let line = "iopt-fuzz: job 1 used more memory than libFuzzer allows (status 71; "
    #expect(tool.errors.contains(line), "\(tool.errors)")
  }
}
