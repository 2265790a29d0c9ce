// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// Which lines of a change to a kernel tree a review has run.
@Suite(.serialized) struct KernelLinesTests {
  private static let linux = FetchedTree("7.3")
  private static let tree = linux.path
  /// The edits are of its text.
  private static let isThere = linux.isRecorded
  private static let needs = linux.needsRecorded
  private static let table = "drivers/iommu/generic_pt/iommu_pt.h"
  private static let dma = "drivers/iommu/dma-iommu.c"
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  /// What a review says after `script` was run in the folder of a tree whose file is to be edited.
  private func review(_ file: String, _ script: String, _ options: String = "") throws -> Tool {
    let path = scratch("tree")
    let edited = try Tool.shell(
      """
      rm -rf '\(path)' && mkdir '\(path)' && cp -as '\(Self.tree)/.' '\(path)/' && cd '\(path)' &&
        \(script) <'\(Self.tree)/\(file)' >new && rm '\(file)' && mv new '\(file)' &&
        ! cmp -s '\(file)' '\(Self.tree)/\(file)'
      """)
    try #require(edited.status == 0, "\(edited.errors)")
    return try Tool.shell(
      "export XDG_CACHE_HOME='\(EditedTree.cache)'; iopt review kernel:7.3 'kernel:\(path)'"
        + " Corpus/kernel/pt/directed-amdv1-dirty.iopt.gz --seconds 0 --no-cases --no-costs \(options)"
    )
  }

  /// The numbers of the lines of a file in which a text stands.
  private func lines(_ file: String, _ text: String) throws -> [Int] {
    let source = try String(contentsOfFile: "\(Self.tree)/\(file)", encoding: .utf8)
    return source.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .filter { $0.element.contains(text) }.map { $0.offset + 1 }
  }

  @Test(.enabled(if: isThere, needs)) func aLineThatIsRunIsNamedWithAScenarioThatRunsIt() throws {
    let text = "pt_entry_make_write_clean(pts);"
    let tool = try review(Self.table, "sed 's/\(text)/(void)0, &/'")
    #expect(tool.status == 0, "\(tool.output)\(tool.errors)")
    #expect(
      tool.output.contains(
        "1 lines of the change in compiled files: 1 executed, 0 not executed, 0 without code here"),
      "\(tool.output)")
    let line = try #require(try lines(Self.table, text).first)
    #expect(
      tool.output.contains("  \(Self.table)\n      \(line) executed by scenario 1\n"),
      "\(tool.output)")
    let robot = try review(Self.table, "sed 's/\(text)/(void)0, &/'", "--ktap")
    #expect(robot.output.hasSuffix("\nok 3 lines \(Self.table):\(line) executed\n"))
    let scenario = try #require(tool.output.range(of: "  scenario 1:\n"))
    #expect(tool.output[scenario.upperBound...].contains(" clear\n"), "\(tool.output)")
  }

  @Test(.enabled(if: isThere, needs)) func linesThatNothingRunsAndLinesWithoutCodeAreToldApart()
    throws
  {
    // At the head of a function that no operation of the language reaches.
    let tool = try review(
      Self.dma,
      "awk '/^size_t iommu_dma_max_mapping_size/ { inside = 1 } { print }"
        + " inside && /^{/ { print \"/* ours */\\ndev = dev;\"; inside = 0 }'",
      "--json")
    #expect(tool.status == 0, "\(tool.output)\(tool.errors)")
    let head = try #require(try lines(Self.dma, "size_t iommu_dma_max_mapping_size(").first)
    struct Answer: Decodable {
      struct Patch: Decodable { var added: [Stretch] }
      struct Stretch: Decodable, Equatable {
        var file: String
        var first: Int
        var last: Int
        var fate: String
      }
      var patch: Patch
    }
    let answer = try JSONDecoder().decode(Answer.self, from: Data(tool.output.utf8))
    #expect(
      answer.patch.added == [
        .init(file: Self.dma, first: head + 2, last: head + 2, fate: "noCode"),
        .init(file: Self.dma, first: head + 3, last: head + 3, fate: "notExecuted"),
      ], "\(tool.output)")
  }

  @Test(.enabled(if: isThere, needs)) func aLineThatIsGoneIsWatchedInTheOlderTree() throws {
    let text = "pt_entry_make_write_clean(pts);"
    let plain = try review(Self.table, "sed '/\(text)/d'", "--markdown")
    #expect(plain.status == 1 || plain.status == 4, "\(plain.output)\(plain.errors)")
    #expect(
      plain.output.contains("1 lines of kernel:7.3 without any in their place: 1 executed, "),
      "\(plain.output)")
    #expect(plain.output.contains("no lines of the change in compiled files"), "\(plain.output)")
    let line = try #require(try lines(Self.table, text).first)
    #expect(plain.output.contains("\n    \(line) executed by scenario 1\n"), "\(plain.output)")
  }

  @Test(.enabled(if: isThere, needs)) func filesThatAreNotCompiledAreNamed() throws {
    let file = "drivers/iommu/intel/iommu.c"
    let tool = try review(file, "sed '1s/^/\\n/'")
    #expect(tool.output.contains("changed and not compiled here: \(file)\n"), "\(tool.output)")
  }

  @Test func subjectsThatAreNoTreesHaveNoLines() throws {
    let tool = try Tool.iopt(
      "review", "swift", "reference", "Corpus/kernel/pt/directed-amdv1-dirty.iopt.gz", "--no-costs",
      "--seconds", "1")
    #expect(tool.status == 0 && !tool.output.contains("Was the change run"), "\(tool.output)")
  }
}
