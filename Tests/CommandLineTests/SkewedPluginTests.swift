// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// A plug-in that knows one version of the ABI only as long as nobody speaks another.
@Suite struct SkewedPluginTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var plugin: BadPlugin
    var signature: String
    var told: String
    var testDescription: String { plugin.name }

    init(
      _ name: String, _ hook: BadPlugin.Hook, _ code: String, before: String = "",
      _ signature: String, _ told: String
    ) {
      plugin = BadPlugin(name, hook, code, before: before)
      (self.signature, self.told) = (signature, told)
    }
  }

  private static let cases = [
    Case(
      "does nothing for what it does not know", .run,
      "if (op->kind >= IOPT_OP_KINDS_2) return IOPT_DONE", "abi map: unknown kind taken",
      "took kind="),
    Case(
      "masks bits that it does not know", .run,
      "struct iopt_op known; memset(&known, 0, sizeof(known)); memcpy(&known, op, op->size"
        + " < sizeof(known) ? op->size : sizeof(known)); known.prot &= 0x3f;"
        + " return iopt_reference_subject()->run(state, &known)",
      "abi map: unknown prot taken", "took prot="),
    Case(
      "opens what it does not know", .open,
      "struct iopt_config known; memset(&known, 0, sizeof(known)); memcpy(&known, config,"
        + " config->size < sizeof(known) ? config->size : sizeof(known)); known.features &= 0xfff;"
        + " return iopt_reference_subject()->open(host, &known, state)",
      "abi map: unknown features taken", "took features="),
    Case(
      "says nothing of what it refuses", .subject, "subject.refusal = says_no",
      before: "static const char *says_no(void) { return \"no\"; }",
      "abi map: unknown size not named", "without naming both: 'no'"),
    Case(
      "writes behind its operation", .run,
      "if (op->kind == IOPT_OP_MAP) ((char *)op)[op->size] = 0", "abi map: operation changed",
      "wrote over the operation"),
    Case(
      "ends at a number that it does not know", .run, "if (op->kind >= IOPT_OP_KINDS_2) abort()",
      "process unknown: SIGABRT", "when asked for what no version of the ABI has, before "),
  ]

  private static let text = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range
    map 0x10000 0x1000 0x3000 rw
    unmap 0x10000 0x3000

    """

  @Test(arguments: cases) func isTold(_ one: Case) throws {
    let scratch = try ScratchFolder()
    let object = try one.plugin.build(in: scratch)
    let file = try scratch.file("case.iopt", Self.text.utf8)
    let tool = try Tool.iopt(
      "diff", file, "--right", "\(object),skew", "--json")
    #expect(tool.status == 1, "\(tool)")
    #expect(tool.output.contains(one.signature), "\(tool)")
    #expect(tool.output.contains(one.told), "\(tool)")
    // Without, such a host is none, and nothing is told but what any host sees.
    let plain = try Tool.iopt("diff", file, "--right", object)
    #expect(plain.status == 0, "\(plain)")
  }

  @Test func thePortItselfIsRight() throws {
    let scratch = try ScratchFolder()
    let object = try BadPlugin("does nothing wrong", .run, "").build(in: scratch)
    let file = try scratch.file("case.iopt", Self.text.utf8)
    let tool = try Tool.iopt("diff", file, "--right", "\(object),skew")
    #expect(tool.status == 0 && tool.output.contains("no difference"), "\(tool)")
  }

  private static let linux = FetchedTree("7.3")

  @Test(.enabled(if: linux.isRecorded, linux.needsRecorded))
  func aKernelTreeRefusesByNameToo() throws {
    let scratch = try ScratchFolder()
    let file = try scratch.file("case.iopt", Self.text.utf8)
    let life = try scratch.file("life.iopt", Self.life.utf8)
    let tool = try Tool.iopt(
      "diff", file, life, "--left", "swift,kernel=7.3", "--right", "kernel:7.3,skew")
    #expect(tool.status == 0, "\(tool.output)\(tool.errors)")
  }

  private static let life = """
    iopt 2
    domain format=x86_64 kernel=7.3 va=48 oa=52 features=flush_range top=3
    dma queue=percpu cpus=1 size=4 timeout=10 mode=strict limit=0xffffffffff
    dma_map 0 0x1000 0x2000 bidirectional attrs=mmio
    dma_iova_alloc 1 0x4000 0x4000
    dma_iova_link 1 0x0 0x4000 0x1000 to_device
    dma_iova_sync 1 0x0 0x1000
    dma_iova_destroy 1 0x1000
    dma_unmap 0

    """
}
