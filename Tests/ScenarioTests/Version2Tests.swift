// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

/// What version 2 of the language adds to the text, and what it refuses.
@Suite struct Version2Tests {
  private static let domain =
    "iopt 2\ndomain format=riscv_64 kernel=7.3 va=39 oa=56 features=sign_extend,flush_range,"
    + "detailed_gather,riscv_svnapot_64k build=debug gather=proposed sync_map policy=eager driver=vtd+mamv=9+ats\n"
  private static let dma =
    "dma queue=percpu cpus=2 size=4 timeout=10 mode=fq limit=0xffff magazine=3 fail_magazine=9 pci32\n"

  @Test func everyStatementPrintsAsItWasRead() throws {
    let text =
      Self.domain + Self.dma + """
        dma_map 0 0x1001 0x1000 to_device attrs=mmio,require_coherent,privileged limit=0xfff cpu=1
        dma_map 1 0x1000 0x1 bidirectional
        dma_map_sg 2 from_device 0x1000:0x1000 0x2000:0x0 limit=0x0 cpu=1
        dma_unmap 0 cpu=1
        dma_iova_alloc 3 0x10 0xffffffffffffffff limit=0xffff cpu=1
        dma_iova_link 3 0x0 0x10 0x1000 to_device attrs=privileged
        dma_iova_sync 3 0x0 0x1000
        dma_iova_unlink 3 0x1000 0x1
        dma_iova_destroy 3 0x0 cpu=1
        dma_iova_free 4

        """
    let read = try readScenarios(bytes: Array(text.utf8), name: "text")
    #expect(read.count == 1)
    #expect(read[0].scenario.text == text)
    #expect(read[0].scenario.domain.version == 2)
  }

  /// A scenario whose `domain` line ends so.
  private static func line(_ end: String) -> String {
    "iopt 2\ndomain format=riscv_64 kernel=7.3 va=39 oa=56 features=none \(end)\n"
  }

  /// What is wrong, and what is said of it.
  private static let faults: [(text: String, expected: String)] = [
    ("iopt 3\n", "1:6: error: expected version 1 or 2 of the language, found `3`"),
    ("iopt 2\ndomain format=vtdss va=39 oa=52 features=none top=2\n", "expected `kernel=`"),
    (
      "iopt 2\ndomain format=vtdss kernel=6.19 va=39 oa=52 features=none top=2\n",
      "2:28: error: expected a kernel: 7.1, 7.2 or 7.3, found `6.19`"
    ),
    (
      "iopt 2\ndomain format=riscv_64 kernel=7.1 va=39 oa=56 features=detailed_gather\n",
      "expected a feature that riscv_64 has in 7.1, found `detailed_gather`"
    ),
    (
      "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=detailed_gather\n",
      "expected a feature or `none`, found `detailed_gather`"
    ),
    (
      "iopt 1\ndomain format=riscv_64 kernel=7.1 va=39 oa=56 features=none\n",
      "expected an argument of `domain`, found `kernel=7.1`"
    ),
    (
      "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=none driver=riscv\n",
      "2:50: error: expected an argument of `domain`, found `driver=riscv`"
    ),
    (
      line("driver=intel"),
      "2:68: error: expected a driver: riscv, riscv-nl, riscv-s, riscv-nl-s, amd, amd-np, vtd, "
        + "vtd-caching, shadow, s390 or exact, found `intel`"
    ),
    (
      line("policy=lazy"),
      "2:68: error: expected a policy: generic, sync-tables, eager or keep, found `lazy`"
    ),
    (line("policy=keep policy=keep"), "every argument once"),
    (
      "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=none policy=keep\n",
      "2:50: error: expected an argument of `domain`, found `policy=keep`"
    ),
    (line("driver="), "s390 or exact, found the end of the line"),
    (line("driver"), "2:61: error: expected `driver=` and a value, found `driver`"),
    (line("driver=amd driver=amd"), "2:72: error: expected every argument once"),
    (line("driver=riscv+ats"), "2:68: error: expected after `riscv` no option (drivers: riscv, "),
    (
      line("driver=vtd+mamv=64"),
      "2:68: error: expected an address mask after `mamv=`, 0 to 63, found `vtd+mamv=64`"
    ),
    (domain + "dma_iova_free 1\n", "expected a `dma` line before an operation of the DMA layer"),
    (
      domain + dma + "dma_iova_link 0 0x0 0x0 0x0 to_device\n",
      "expected a length of at least 1 byte"
    ),
    (
      domain + dma + "dma_map 0 0x0 0x1 to_device attrs=mmio,mmio\n",
      "expected attributes without repeats: mmio, require_coherent, privileged, found `mmio`"
    ),
    (
      domain + dma + "dma_map_sg 0 to_device 0x0:0x1000 attrs=mmio\n",
      "expected a physical address that is a multiple of 0x1000, found `attrs=mmio`"
    ),
    (
      domain + dma + "dma_iova_link 0 0x0 0x0 0x1 to_device cpu=1\n",
      "expected `attrs=` or the end of the line, found `cpu=1`"
    ),
    (domain + dma + "dma_map 0 0x0 0x1 to_device cpu=1 cpu=1\n", "expected every argument once"),
    (
      domain + "dma queue=percpu cpus=1 size=4 timeout=1 mode=fq limit=0x0 magazine=128\n",
      "expected a number of IOVAs, 1 to 127, found `128`"
    ),
  ]

  @Test(arguments: faults.indices) func whatIsWrongIsSaid(_ index: Int) {
    let fault = Self.faults[index]
    let error = #expect(throws: ScenarioError.self) {
      try readScenarios(bytes: Array(fault.text.utf8), name: "x")
    }
    #expect(error?.description.contains(fault.expected) == true, "\(error?.description ?? "")")
  }

  @Test func levelsAndResultsPrintAsTheyWereRead() throws {
    let trace =
      "iopt 2\ndomain format=riscv_64 kernel=7.2 va=39 oa=56 features=sign_extend,detailed_gather\n"
        + """
        unmap_fast 0 0x0 0x1000
        = sync 0x0 0xfff levels=0x1/0x0 0x800001000
        = ret 0x1000
        = gather 0 0x0 0xfff queued=0 levels=0x3/0x6 0x800002000
        map 0x0 0x0 0x1000 r
        = sync_map 0x0 0x1000
        = ret 0 mapped=0x1000

        """
    var reader = TraceReader(bytes: Array(trace.utf8), name: "trace")
    var words: [UInt64] = []
    var printed = TextBuffer()
    while let statement = try reader.next(appendingTo: &words) {
      switch statement {
      case .scenario: printed.appendScenarioStart(version: 2)
      case .domain(let domain): printed.append(domain)
      case .dma(let dma): printed.append(dma)
      case .operation(let operation): printed.append(operation)
      case .observation:
        words.withUnsafeBufferPointer { printed.appendRecords($0, form: reader.resultForm) }
        words.removeAll()
      }
    }
    #expect(printed.string == trace)
  }
}
