// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

private let hasPython = (try? Tool.run("/usr/bin/env", ["python3", "--version"]).status) == 0

/// `make mutants` with two planted mutants and one judge, the shortest.
@Suite(.enabled(if: hasPython, "needs python3")) struct MutantsTests {
  /// Nobody compares what a subject calls its version.
  private static let survivor = """
    reference/subject.c: static const struct iopt_subject reference_subject = {
    - .version = "C port of generic_pt and dma-iommu of Linux 7.1, 7.2 and 7.3",
    + .version = "another",

    """
  /// An unmap that does nothing.
  private static let found = """
    reference/subject.c: static uint32_t subject_run(void *state, const struct iopt_op *op)
    - log_ret(domain, iommu_unmap(domain, op->iova, op->len), 0);
    + log_ret(domain, 0, 0);

    """
  private static let reason = "known: told and never compared\n"

  private let scratch: ScratchFolder
  private let planted: String

  init() throws {
    scratch = try ScratchFolder()
    let text = Self.survivor + Self.reason + "\n" + Self.found + Self.reason
    planted = try scratch.file("planted", text.utf8)
  }

  private func mutants(survivors: String) throws -> Tool {
    let list = try scratch.file("survivors", survivors.utf8)
    return try Tool.run(
      "/usr/bin/env",
      [
        "BUILD=\(scratch("build"))", "IOPT=\(Tool.path)", "JUDGES=scenarios",
        "MUTANTS=\(planted)", "SURVIVORS=\(list)", "Fuzz/mutants",
      ])
  }

  @Test func aSurvivorFailsUntilItIsListedWithAReason() throws {
    let new = try mutants(survivors: "")
    #expect(new.status == 1, "\(new.errors)")
    #expect(new.output.hasSuffix("for the list:\n\(Self.survivor)\nnew survivors: 1\n"))
    #expect(new.output.contains("all judges: 1 of 2 (50.0 %)\n"))

    let listed = try mutants(survivors: "# a remark\n\n\(Self.survivor)\(Self.reason)")
    #expect(listed.status == 0, "\(listed.errors)")
    #expect(listed.output.contains("\n  \(Self.reason)"))
    #expect(listed.output.hasSuffix("\nnew survivors: 0\n"))

    // One that is said to do the same is not counted, and must not be found.
    let same = Self.reason.replacingOccurrences(of: "known", with: "equivalent")
    let wrong = try mutants(survivors: Self.survivor + same + Self.found + same)
    #expect(wrong.status == 1, "\(wrong.errors)")
    #expect(wrong.output.contains("\nlisted as equivalent, but found: reference/subject.c:"))
    #expect(wrong.output.hasSuffix("\nnew survivors: 0\n"))
  }

  @Test func aListThatCannotBeReadIsToldByItsLine() throws {
    let unreasoned = try mutants(survivors: Self.survivor + "because\n")
    #expect(unreasoned.status == 2)
    #expect(unreasoned.errors.hasPrefix("mutants: \(scratch("survivors")):4: expected "))
    #expect(unreasoned.output == "")
  }
}
