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
  private static let text = "pt_entry_make_write_clean(pts);"

  /// A tree like 7.3 but for the files that `edits` names, each with the command that edits it. Where it
  /// is the same for everybody, so that what was built of it is known.
  private static func edited(_ name: String, _ edits: [(file: String, script: String)]) throws
    -> String
  {
    let path = "\(EditedTree.cache)/edited/\(name)"
    var script =
      "rm -rf '\(path)' && mkdir -p '\(path)' && cp -as '\(tree)/.' '\(path)/' && cd '\(path)'"
    for edit in edits {
      script += """
         && \(edit.script) <'\(tree)/\(edit.file)' >new && rm '\(edit.file)' && mv new '\(edit.file)' &&
          ! cmp -s '\(edit.file)' '\(tree)/\(edit.file)'
        """
    }
    let result = try Tool.shell(script)
    try #require(result.status == 0, "\(result.errors)")
    return path
  }

  /// One line that is run; two at the head of a function that no operation of the language reaches, of
  /// which one is code; one of a file that is not compiled.
  private static func added() throws -> String {
    try edited(
      "lines-added",
      [
        (table, "sed 's/\(text)/(void)0, &/'"),
        (
          dma,
          "awk '/^size_t iommu_dma_max_mapping_size/ { inside = 1 } { print }"
            + " inside && /^{/ { print \"/* ours */\\ndev = dev;\"; inside = 0 }'"
        ),
        ("drivers/iommu/intel/iommu.c", "sed '1s/^/\\n/'"),
      ])
  }

  /// What a review says of an edited tree.
  private func review(_ path: String, _ options: String = "") throws -> Tool {
    try Tool.shell(
      "export \(EditedTree.environmentOfPlaces); iopt review kernel:7.3 'kernel:\(path)'"
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
    let tree = try Self.added()
    let tool = try review(tree)
    #expect(tool.status == 0, "\(tool.output)\(tool.errors)")
    #expect(
      tool.output.contains(
        "3 lines of the change in compiled files: 1 executed, 1 not executed, 1 without code here"),
      "\(tool.output)")
    let line = try #require(try lines(Self.table, Self.text).first)
    #expect(
      tool.output.contains("  \(Self.table)\n      \(line) executed by scenario 1\n"),
      "\(tool.output)")
    let scenario = try #require(tool.output.range(of: "  scenario 1:\n"))
    #expect(tool.output[scenario.upperBound...].contains(" clear\n"), "\(tool.output)")
    #expect(
      tool.output.contains("changed and not compiled here: drivers/iommu/intel/iommu.c\n"),
      "\(tool.output)")
    let robot = try review(tree, "--ktap")
    let told = robot.output.split(separator: "\n").first { $0.contains(" lines \(Self.table):") }
    #expect(told?.hasPrefix("ok ") == true, "\(robot.output)")
    #expect(told?.hasSuffix(" lines \(Self.table):\(line) executed") == true, "\(robot.output)")
  }

  @Test(.enabled(if: isThere, needs)) func linesThatNothingRunsAndLinesWithoutCodeAreToldApart()
    throws
  {
    let tool = try review(try Self.added(), "--json")
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
    let line = try #require(try lines(Self.table, Self.text).first)
    #expect(
      answer.patch.added.sorted { ($0.file, $0.first) < ($1.file, $1.first) } == [
        .init(file: Self.dma, first: head + 2, last: head + 2, fate: "noCode"),
        .init(file: Self.dma, first: head + 3, last: head + 3, fate: "notExecuted"),
        .init(file: Self.table, first: line, last: line, fate: "executed"),
      ], "\(tool.output)")
  }

  @Test(.enabled(if: isThere, needs)) func aLineThatIsGoneIsWatchedInTheOlderTree() throws {
    let tree = try Self.edited("line-gone", [(Self.table, "sed '/\(Self.text)/d'")])
    let plain = try review(tree, "--markdown")
    #expect(plain.status == 1 || plain.status == 4, "\(plain.output)\(plain.errors)")
    #expect(
      plain.output.contains("1 lines of kernel:7.3 without any in their place: 1 executed, "),
      "\(plain.output)")
    #expect(plain.output.contains("no lines of the change in compiled files"), "\(plain.output)")
    let line = try #require(try lines(Self.table, Self.text).first)
    #expect(plain.output.contains("\n    \(line) executed by scenario 1\n"), "\(plain.output)")
  }

  @Test func subjectsThatAreNoTreesHaveNoLines() throws {
    let tool = try Tool.iopt(
      "review", "swift", "reference", "Corpus/kernel/pt/directed-amdv1-dirty.iopt.gz", "--no-costs",
      "--seconds", "1")
    #expect(tool.status == 0 && !tool.output.contains("Was the change run"), "\(tool.output)")
  }
}
