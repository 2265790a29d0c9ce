// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// What a subject notes beside a record is shown where a finding shows the record.
@Suite struct SubjectNoteTests {
  private let scratch: ScratchFolder
  private let plugin: String
  private let scenario: String

  init() throws {
    scratch = try ScratchFolder()
    plugin = try Tool.examplePlugin(
      in: scratch,
      replacing: [
        (
          "if (op->iova >> 38)",
          """
          if (op->iova == 0x7000) {
            iopt_log0(d->host->log, IOPT_EVENT_FLUSH_ALL);
            d->host->note(d->host, "toy.c:7\\033");
            iopt_log0(d->host->log, IOPT_EVENT_WARN);
          }
          if (op->iova >> 38)
          """
        )
      ])
    scenario = try scratch.file(
      "case.iopt",
      """
      iopt 1
      domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range,riscv_svnapot_64k
      iova_to_phys 0x6000
      iova_to_phys 0x7000

      """.utf8)
  }

  @Test func besideTheObservation() throws {
    let tool = try Tool.iopt("diff", scenario, "--left", "reference", "--right", plugin)
    #expect(tool.status == 1)
    let line = tool.output.split(separator: "\n").first { $0.contains("+ = warn") }
    #expect(line?.contains("# toy.c:7") == true, "\(tool.output)\(tool.errors)")
    #expect(!tool.output.contains("\u{1b}"))
    let notes = tool.output.split(separator: "\n").filter { $0.contains("toy.c:7") }
    #expect(notes.count == 1, "\(tool.output)")
  }

  @Test func underAPropertyThatIsBroken() throws {
    let tool = try Tool.iopt("check", scenario, "--subject", plugin)
    #expect(tool.status == 1)
    #expect(
      tool.output.contains("\n  noted by \(plugin): toy.c:7"), "\(tool.output)\(tool.errors)")
  }

  @Test func forPrograms() throws {
    let tool = try Tool.iopt("check", scenario, "--subject", plugin, "--json")
    #expect(tool.output.contains("toy.c:7"), "\(tool.output)\(tool.errors)")
  }

  /// A trace is the language's: it has no place for it.
  @Test func notInARecording() throws {
    let tool = try Tool.iopt("record", scenario, "--subject", plugin)
    #expect(tool.status == 0 && tool.output.contains("warn"), "\(tool.output)\(tool.errors)")
    #expect(!tool.output.contains("toy.c"))
  }
}
