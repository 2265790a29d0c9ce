// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// `kernel:TREE` as a user meets it: which tree is meant, when it is built, and what is told. The shim
/// here builds the example plug-in, whatever the tree.
@Suite struct KernelSubjectTests {
  private let scratch: ScratchFolder
  private let tree: StandInTree
  private static let format = "drivers/iommu/generic_pt/fmt/iommu_toy.c"
  private static let onePage = "Documentation/example-plugin/one-page.iopt"

  init() throws {
    scratch = try ScratchFolder()
    tree = try StandInTree(scratch("linux"))
    let made = try Tool.shell(
      """
      mkdir '\(scratch("shim"))' && cp reference/kernel/subject reference/kernel/paths \
        '\(scratch("shim"))'
      """)
    try #require(made.status == 0, "\(made.errors)")
    try shim(
      """
      echo "$1/\(Self.format)" >"$4"
      clang -std=c11 -w -O1 -fPIC -shared -fvisibility=hidden ${LOCKSTEP_CFLAGS:-} \
        -I'\(Tool.root.path)/reference/abi' -o "$2" \
        '\(Tool.root.path)/Documentation/example-plugin/sv39.c'
      """)
  }

  private func shim(_ commands: String) throws {
    let path = try scratch.file("shim/build", "#!/bin/sh\n\(commands)\n".utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  private func iopt(_ arguments: String, _ environment: String = "") throws -> Tool {
    try Tool.shell(
      "export LOCKSTEP_SHIM='\(scratch("shim"))' XDG_CACHE_HOME='\(scratch("cache"))'"
        + " \(environment); iopt \(arguments)")
  }

  private func news(_ tree: String) -> String { "building kernel:\(tree) …\n" }

  @Test func aTreeIsASubjectByItsOwnName() throws {
    let tool = try iopt("diff \(Self.onePage) --left reference --right kernel:\(tree.path)")
    #expect(tool.errors == news(tree.path))
    #expect(tool.status == 0)
    #expect(
      tool.output == "reference and kernel:\(tree.path): 1 scenarios, 9 statements: no difference\n"
    )
  }

  @Test func whatWasBuiltOfTheSameFilesIsNotBuiltAgain() throws {
    let build = "kernel build '\(tree.path)'"
    let first = try iopt(build)
    #expect(first.errors == news(tree.path))
    // As other verbs name it.
    let named = try iopt("kernel build 'kernel:\(tree.path)'")
    #expect(named.status == 0 && named.output == first.output)
    let again = try iopt(build)
    #expect(again.errors == "" && again.output == first.output)
    try tree.write(Self.format, "int other;\n")
    let edited = try iopt(build)
    #expect(edited.errors == news(tree.path) && edited.output != first.output)
    try tree.write(Self.format, "int toy;\n")
    let back = try iopt(build)
    #expect(back.errors == "" && back.output == first.output)
    try tree.write("drivers/iommu/generic_pt/fmt/iommu_new.c", "int new;\n")
    #expect(try iopt(build).errors == news(tree.path))
  }

  @Test func otherFlagsAndAnotherShimAreAnotherPlugin() throws {
    let build = "kernel build '\(tree.path)'"
    let first = try iopt(build)
    let flags = try iopt(build, "LOCKSTEP_CFLAGS=-DOTHER")
    #expect(flags.errors == news(tree.path) && flags.output != first.output)
    #expect(try iopt(build).errors == "")
    _ = try scratch.file("shim/stub.h", "/* */".utf8)
    #expect(try iopt(build).errors == news(tree.path))
  }

  @Test func aCopyOfThePluginGoesWhereItIsAskedFor() throws {
    let tool = try iopt("kernel build '\(tree.path)' -o '\(scratch("mine.so"))'")
    #expect(tool.output == "\(scratch("mine.so"))\n")
    #expect(try Tool.iopt("check", Self.onePage, "--subject", scratch("mine.so")).status == 0)
  }

  @Test func aCommitIsBuiltAndNothingIsCheckedOut() throws {
    let repository = tree.path
    let made = try Tool.shell(
      """
      cd '\(repository)' && git init -q && git add . &&
        git -c user.name=n -c user.email=n@n commit -q -m first && git tag first
      """)
    try #require(made.status == 0, "\(made.errors)")
    try tree.write(Self.format, "int edited;\n")
    try shim(
      """
      grep -q 'int toy' "$1/\(Self.format)" || { echo "not the commit's file" >&2; exit 2; }
      echo "$1/Makefile" >"$4"
      echo >"$2"
      """)
    let tool = try iopt("kernel build '\(repository)@first'")
    #expect(tool.errors == news("\(repository)@first") && tool.status == 0)
    #expect(try iopt("kernel build '\(repository)@HEAD'").output == tool.output)
    #expect(
      try Tool.shell("git -C '\(repository)' status --porcelain").output == " M \(Self.format)\n")
    let missing = try iopt("kernel build '\(repository)@second'")
    #expect(missing.errors == "kernel:\(repository)@second: \(repository) has no commit 'second'\n")
    #expect(missing.status == 2)
  }

  @Test func twoCommitsOfARepositoryAreReviewed() throws {
    let repository = tree.path
    let commit = "git -c user.name=n -c user.email=n@n commit -q -m commit"
    let made = try Tool.shell(
      """
      cd '\(repository)' && git init -q && git add . && \(commit) && git tag first &&
        echo 'int edited;' >\(Self.format) && git add . && \(commit)
      """)
    try #require(made.status == 0, "\(made.errors)")
    let review = "review --seconds 0 --no-cases --git '\(repository)'"
    let tool = try iopt("\(review) first.. \(Self.onePage)")
    #expect(
      tool.errors == news("\(repository)@first") + news("\(repository)@HEAD"), "\(tool.output)")
    #expect(tool.status == 0)
    let sides = "kernel:\(repository)@first and kernel:\(repository)@HEAD"
    #expect(tool.output.hasSuffix("\n\(sides): no difference in 1 scenarios\n"), "\(tool.output)")
    #expect(try iopt("\(review) first..second").errors.hasSuffix("has no commit 'second'\n"))
    let expected = "error: --git DIR: expected A..B, the older and the newer commit, found "
    for range in ["first...HEAD", "first", ".."] {
      let bad = try iopt("\(review) \(range)")
      #expect(bad.status == 2 && bad.errors.hasPrefix("\(expected)'\(range)'"), "\(bad.errors)")
    }
  }

  @Test func aReleaseIsTheOneThatWasFetched() throws {
    try FileManager.default.moveItem(atPath: tree.path, toPath: scratch("7.3"))
    let kernels = "LOCKSTEP_KERNELS='\(scratch.path)'"
    let tool = try iopt("check \(Self.onePage) --subject kernel:7.3", kernels)
    #expect(tool.errors == news("7.3") && tool.status == 0)
    #expect(tool.output.hasPrefix("kernel:7.3: 1 scenarios"))
    let other = try iopt("check \(Self.onePage) --subject kernel:9.9", kernels)
    #expect(other.status == 2 && other.output == "")
    #expect(
      other.errors == "kernel:9.9: no source of this release here:"
        + " type make kernel-source VERSION=9.9 where Lockstep's own source is\n")
  }

  /// The stand-in answers a lookup outside the table with an errno, as Linux 7.1 does, and says that it
  /// is another release.
  @Test(arguments: [
    ("7_1", 0, "errnoAsAddress: 1"), ("7_3", 1, "expected no errnoAsAddress since Linux 7.2"),
  ]) func aTreeIsJudgedAsTheReleaseThatItIs(
    _ release: String, _ status: Int32, _ words: String
  ) throws {
    try shim(
      """
      echo "$1/\(Self.format)" >"$4"
      sed -e 's/1 << IOPT_KERNEL_7_1/1 << IOPT_KERNEL_\(release)/' \
        -e 's/if (op->iova >> 38)/if (op->iova >> 38) \
      return iopt_log2(d->host->log, IOPT_EVENT_RET, -34, 0), IOPT_DONE; if (0)/' \
        '\(Tool.root.path)/Documentation/example-plugin/sv39.c' >'\(scratch("errno.c"))'
      clang -std=c11 -w -fPIC -shared -fvisibility=hidden -I'\(Tool.root.path)/reference/abi' \
        -o "$2" '\(scratch("errno.c"))'
      """)
    let scenario = try scratch.file(
      "case.iopt",
      """
      iopt 1
      domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range,riscv_svnapot_64k
      iova_to_phys 0x8000000000

      """.utf8)
    let tool = try iopt("check \(scenario) --subject kernel:\(tree.path)")
    #expect(tool.status == status)
    #expect(tool.output.contains(words), "\(tool.output)\(tool.errors)")
  }

  @Test func whatCannotBeBuiltIsBadInputWithTheReason() throws {
    try shim("echo 'toy.h: no name pt_toy, see Documentation/kernel-subject.md' >&2; exit 2")
    let tool = try iopt("check \(Self.onePage) --subject kernel:\(tree.path)")
    #expect(tool.status == 2 && tool.output == "")
    #expect(
      tool.errors
        == news(tree.path) + "toy.h: no name pt_toy, see Documentation/kernel-subject.md\n")
    // Nothing is kept of it.
    #expect(try iopt("kernel build '\(tree.path)'").errors == tool.errors)
  }

  private static let plugin = """
    clang -std=c11 -w -fPIC -shared -fvisibility=hidden -I'\(Tool.root.path)/reference/abi' \
      -o "$2" '\(Tool.root.path)/Documentation/example-plugin/sv39.c'
    """

  /// What no tree is without is news only where something is built, or asked for.
  @Test func formatsThatAPluginLacksAreNamedWhetherItIsBuiltOrKnown() throws {
    let skipped = "skipped: iommu_new.c: no number for new"
    let leftOut = "left out: iommu_mock.c: a mock"
    let said = "printf 'kernel build: %s\\n' '\(skipped)' '\(leftOut)' >&2"
    try shim("echo \"$1/\(Self.format)\" >\"$4\"; \(said)\n\(Self.plugin)")
    func notes(_ texts: String...) -> String {
      texts.map { "note: kernel:\(tree.path): \($0)\n" }.joined()
    }
    let check = "check \(Self.onePage) \(Self.onePage) --subject kernel:\(tree.path)"
    #expect(try iopt(check).errors == news(tree.path) + notes(skipped, leftOut))
    #expect(try iopt(check).errors == notes(skipped))
    #expect(try iopt("kernel build '\(tree.path)'").errors == notes(skipped, leftOut))
    // Of the same tree twice, once.
    let both = "--left kernel:\(tree.path) --right kernel:\(tree.path)"
    #expect(try iopt("diff \(Self.onePage) \(both)").errors == notes(skipped))
  }

  @Test func whyATreeDoesNotBuildComesBeforeWhatIsSkipped() throws {
    try shim("echo 'toy.h: no name pt_toy' >&2; echo 'kernel build: skipped: x.c: y' >&2; exit 2")
    let tool = try iopt("check \(Self.onePage) --subject kernel:\(tree.path)")
    #expect(tool.status == 2)
    #expect(
      tool.errors == news(tree.path) + "toy.h: no name pt_toy; kernel build: skipped: x.c: y\n")
  }

  /// Such as HEAD@{1}: the last sign that begins no such suffix is the one that divides.
  @Test func aRevisionMayHaveTheSignThatDivides() throws {
    let made = try Tool.shell("git -C '\(tree.path)' init -q")
    try #require(made.status == 0, "\(made.errors)")
    for revision in ["HEAD@{1}", "@{1}"] {
      let tool = try iopt("kernel build '\(tree.path)@\(revision)'")
      #expect(
        tool.errors
          == "kernel:\(tree.path)@\(revision): \(tree.path) has no commit '\(revision)'\n")
    }
  }

  @Test(arguments: [
    ("", "expected a release such as 7.3, a kernel tree, or DIR@REV behind the colon"),
    ("/nowhere", "no such folder (expected a release such as 7.3, a kernel tree, or DIR@REV)"),
    ("Sources", "expected a kernel tree, with Makefile and drivers/iommu/generic_pt"),
    ("/proc@HEAD", "/proc is no git repository"),
  ]) func whatIsNoTreeIsToldInALine(_ name: String, _ message: String) throws {
    let tool = try iopt("check \(Self.onePage) --subject kernel:\(name)")
    #expect(tool.errors == "kernel:\(name): \(message)\n" && tool.status == 2)
  }

  @Test func aProgramWithoutAShimSaysSo() throws {
    let tool = try Tool.shell("LOCKSTEP_SHIM=/nowhere iopt kernel build 7.3")
    #expect(tool.status == 2)
    #expect(
      tool.errors == "kernel:7.3: expected the shim that builds it beside this program, or in the"
        + " folder that LOCKSTEP_SHIM names; found no program /nowhere/subject\n")
  }
}
