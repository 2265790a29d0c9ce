// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// A replay holds one statement at a time.
@Suite struct StreamTests {
  private static let trace = "Corpus/kernel/dma/directed-full-flushes-depot.iopt.gz"

  private func count(_ output: String) throws -> Int {
    try #require(output.split(separator: " ").compactMap { Int($0) }.last)
  }

  @Test func memoryDoesNotGrowWithTheFile() throws {
    let folder = try ScratchFolder()
    let one = try Tool.iopt("replay", Self.trace, "--subject", "swift").output
    let copy = try Data(contentsOf: Tool.root.appendingPathComponent(Self.trace))
    let tool = try FedTool(["replay", "-", "--subject", "swift"], output: folder("out"))
    for _ in 0..<10 { try tool.feed(copy) }
    let early = try tool.peak()
    for _ in 0..<90 { try tool.feed(copy) }
    let late = try tool.peak()
    #expect(try tool.finish() == 0)
    #expect(
      try count(String(decoding: folder.bytes("out"), as: UTF8.self)) == 100 * count(one))
    #expect(late - early < 4 << 20, "\(early) and \(late) bytes")
  }
}

/// Rings are there as far as they were used.
@Suite struct RingMemoryTests {
  /// A buffer's life on each of 256 CPUs, and what comes after it so that all of it was read.
  private func scenario(queue: String, size: Int) -> Data {
    var text = """
      iopt 1
      domain format=riscv_64 va=48 oa=56 features=sign_extend,flush_range
      dma queue=\(queue) cpus=256 size=\(size) timeout=10 mode=fq limit=0xffffffffffffffff

      """
    for cpu in 0..<256 {
      text += "dma_map 0 0x80000000 0x1000 to_device cpu=\(cpu)\ndma_unmap 0 cpu=\(cpu)\n"
    }
    text += String(repeating: "# nothing\n", count: 30_000)
    return Data(text.utf8)
  }

  @Test(arguments: ["swift", "reference"], ["percpu", "single"])
  func theLargestRingsCostLittleUntilTheyAreFilled(_ subject: String, _ queue: String) throws {
    let folder = try ScratchFolder()
    let peaks = try [256, 65536].map { size in
      let tool = try FedTool(["record", "-", "--subject", subject], output: folder("\(size)"))
      try tool.feed(scenario(queue: queue, size: size))
      let peak = try tool.peak()
      #expect(try tool.finish() == 0)
      let lines = String(decoding: try folder.bytes("\(size)"), as: UTF8.self)
        .split(separator: "\n")
      #expect(lines.count { $0.hasPrefix("dma_unmap ") } == 256)
      return peak
    }
    // 16.8 million entries of at least 32 bytes would take half a gigabyte.
    #expect(peaks[1] - peaks[0] < 50 << 20, "\(peaks) bytes")
  }
}
