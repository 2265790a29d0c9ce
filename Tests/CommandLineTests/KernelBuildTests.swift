// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// What is built of trees that are like one that make kernel-source fetched, but for a file.
@Suite(.serialized) struct KernelBuildTests {
  private static let tree = Tool.root.appendingPathComponent(".kernel/7.3").path
  private static let isThere = FileManager.default.fileExists(atPath: "\(tree)/Makefile")
  private static let needs: Comment = "needs a tree: make kernel-source VERSION=7.3"
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  private func iopt(
    _ arguments: String, _ environment: String = EditedTree.environment
  ) throws -> Tool {
    try Tool.shell("export \(environment); iopt \(arguments)")
  }

  /// A tree by links, in which a file has this text; the same one for everybody.
  private func copy(_ name: String, _ file: String, _ text: String) throws -> String {
    let path = "\(EditedTree.cache)/edited/\(name)"
    let copied = try Tool.shell(
      "rm -rf '\(path)' && mkdir -p '\(path)' && cp -as '\(Self.tree)/.' '\(path)/'"
        + " && rm -f '\(path)/\(file)'")
    try #require(copied.status == 0, "\(copied.errors)")
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
    return path
  }

  private func makefile(_ minor: Int) -> String {
    "VERSION = 7\nPATCHLEVEL = \(minor)\nSUBLEVEL = 0\nEXTRAVERSION = -rc1\n"
  }

  /// By the contract: 7.1 answers with another errno where no leaf fits into the output width.
  @Test(.enabled(if: isThere, needs))
  func aTreeThatIsNewerThanAllThatIsKnownIsJudgedAsTheNewest() throws {
    let narrow = try scratch.file(
      "narrow.iopt",
      """
      iopt 1
      domain format=vtdss va=48 oa=12 features=dma_incoherent top=3
      map 0x0 0x0 0x1000 w

      """.utf8)
    let path = try copy("newer", "Makefile", makefile(4))
    let copy = scratch("k.so")
    #expect(try iopt("kernel build '\(path)' -o '\(copy)'").status == 0)
    let what = "is Linux 7.4.0, newer than the releases that are known here: judged as 7.3\n"
    for subject in ["kernel:\(path)", copy] {
      let tool = try iopt("check '\(narrow)' '\(narrow)' --subject '\(subject)'")
      #expect(tool.status == 0, "\(tool.output)\(tool.errors)")
      #expect(tool.output.contains("  \(subject) \(what)"), "\(tool.output)")
      #expect(tool.output.ranges(of: what).count == 1)
    }
    // It is nothing else, whatever a scenario names.
    let named = try scratch.file(
      "named.iopt",
      try String(contentsOfFile: narrow, encoding: .utf8).replacing("iopt 1", with: "iopt 2")
        .replacing("vtdss", with: "vtdss kernel=7.1").utf8)
    let tool = try iopt("check '\(named)' --subject '\(copy)'")
    #expect(tool.status == 0, "\(tool.output)\(tool.errors)")
    #expect(tool.output.contains("1 scenarios name another release than a kernel tree's own"))
  }

  @Test(.enabled(if: isThere, needs)) func theReleaseIsPartOfWhatAPluginIsKnownBy() throws {
    let newer = try iopt("kernel build '\(try copy("release", "Makefile", makefile(4)))'")
    let older = try iopt("kernel build '\(try copy("release", "Makefile", makefile(2)))'")
    #expect(newer.status == 0 && older.status == 0, "\(newer.errors)\(older.errors)")
    #expect(newer.output != older.output)
    let again = try iopt("kernel build '\(try copy("release", "Makefile", makefile(4)))'")
    #expect(again.output == newer.output && !again.errors.contains("building"))
  }

  @Test(.enabled(if: isThere, needs)) func onlyWhatAnEditTouchesIsCompiledAgain() throws {
    func objects() throws -> Set<String> {
      Set(try FileManager.default.contentsOfDirectory(atPath: scratch("lockstep/parts")))
    }
    func build(_ name: String, _ replacement: String, _ compiler: String = "clang") throws -> Tool {
      let edit = EditedTree.Edit(
        name: name, file: "drivers/iommu/dma-iommu.c", function: "queue_iova",
        expression: "unsigned long flags;", replacement: replacement)
      let path = try EditedTree(of: Self.tree, edit, in: scratch, onlyFormat: "vtdss").path
      return try Tool.shell(
        "export \(EditedTree.environment); export XDG_CACHE_HOME='\(scratch.path)';"
          + " CC='\(compiler)' iopt kernel build '\(path)'")
    }
    let first = try build("one", "unsigned long flags;")
    #expect(first.status == 0, "\(first.errors)")
    let all = try objects()
    // Where the tree is says nothing, whatever the folder is called.
    let second = try build("t|w[o&.*^$", "unsigned long flags, other;")
    #expect(second.status == 0 && second.output != first.output, "\(second.errors)")
    #expect(all.count > 10)
    let both = try objects()
    #expect(both.subtracting(all).count == 1)
    // Nobody knows what a compiler of another name makes of it.
    let other = scratch("cc")
    #expect(
      try Tool.shell("ln -s \"$(readlink -f \"$(command -v clang)\")\" '\(other)'").status == 0)
    let third = try build("one", "unsigned long flags;", other)
    #expect(third.status == 0, "\(third.errors)")
    #expect(try objects().subtracting(both).count == all.count)
  }

  @Test(.enabled(if: isThere, needs)) func aPathMayHaveBlanksAndAFormatThatIsNewIsNamed() throws {
    let path = try copy(
      "with two  blanks", "drivers/iommu/generic_pt/fmt/iommu_new.c", "#define PT_FMT new\n")
    let notes = """
      note: kernel:\(path): left out: iommu_mock.c: iommufd's mock, which is no IOMMU's format
      note: kernel:\(path): skipped: iommu_new.c: the subject ABI has no number for its format new

      """
    let refused = try iopt("kernel build '\(path)'")
    #expect(refused.status == 2)
    #expect(
      refused.errors.hasSuffix("\(path): @TREE@ in LOCKSTEP_CFLAGS needs a path without blanks\n"),
      "\(refused.errors)")
    let places = EditedTree.environmentOfPlaces
    let built = try iopt("kernel build '\(path)'", places)
    #expect(built.status == 0 && built.errors.hasSuffix(notes), "\(built.errors)")
    let again = try iopt("kernel build '\(path)'", places)
    #expect(again.output == built.output && again.errors == notes, "\(again.errors)")
    let tool = try iopt(
      "diff Corpus/kernel/pt/directed-queued.iopt.gz --left swift --right 'kernel:\(path)'", places)
    #expect(tool.status == 0, "\(tool.output)\(tool.errors)")
  }

  @Test(.enabled(if: isThere, needs)) func aPathWithQuotesIsRefusedInALine() throws {
    let path = try copy("with a \"quote\"", "Makefile", makefile(3))
    let tool = try iopt("kernel build '\(path)'")
    #expect(tool.status == 2 && tool.output == "")
    #expect(
      tool.errors.hasSuffix(
        "\(path): a path with quotes, backslashes or line ends cannot be compiled from\n"),
      "\(tool.errors)")
  }

  @Test(.enabled(if: isThere, needs)) func whatNothingDefinesIsNamedWithThePlaceThatUsesIt() throws
  {
    let edit = EditedTree.Edit(
      name: "undefined", file: "drivers/iommu/dma-iommu.c", function: "queue_iova",
      expression: "unsigned long flags;",
      replacement: "unsigned long flags; extern void pt_toy(void); pt_toy();")
    let path = try EditedTree(of: Self.tree, edit, in: scratch).path
    let source = try String(contentsOfFile: "\(path)/\(edit.file)", encoding: .utf8)
    let line = source[..<source.range(of: "pt_toy()")!.lowerBound].count { $0 == "\n" } + 1
    let tool = try iopt("kernel build '\(path)'")
    #expect(tool.status == 2)
    #expect(
      tool.errors.contains(
        "does not link: nothing defines pt_toy, which \(path)/\(edit.file):\(line) uses ("),
      "\(tool.errors)")
  }

  @Test(.enabled(if: isThere, needs)) func aWarningIsShownWithItsFileAndLine() throws {
    let edit = EditedTree.Edit(
      name: "warns", function: "__unmap_range",
      expression: "pt_clear_entries(&pts, num_contig_lg2)",
      replacement: "WARN_ON(pts.index == 7); pt_clear_entries(&pts, num_contig_lg2)")
    let path = try EditedTree(of: Self.tree, edit, onlyFormat: "vtdss").path
    let source = try String(contentsOfFile: "\(path)/\(edit.file)", encoding: .utf8)
    let line =
      source[..<source.range(of: "WARN_ON(pts.index == 7)")!.lowerBound]
      .count { $0 == "\n" } + 1
    let place = "\(edit.file):\(line)"
    let scenario = try scratch.file(
      "seventh.iopt",
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=48 oa=52 features=none top=3
      map 0x7000 0x7000 0x1000 w
      unmap 0x7000 0x1000

      """.utf8)
    let diff = try iopt("diff '\(scenario)' --left swift --right 'kernel:\(path)'")
    let warning = diff.output.split(separator: "\n").first { $0.contains("+ = warn") }
    #expect(warning?.hasSuffix("# \(place)") == true, "\(diff.output)\(diff.errors)")
    let check = try iopt("check '\(scenario)' --subject 'kernel:\(path)'")
    #expect(
      check.output.contains("  noted by kernel:\(path): \(place)\n"),
      "\(check.output)\(check.errors)")
  }
}
