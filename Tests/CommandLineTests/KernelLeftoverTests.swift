// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// What is left of a run that a signal or an error ends while it builds a tree, or waits for a program:
/// nothing. The shim here builds nothing, and takes its time.
@Suite struct KernelLeftoverTests {
  private let scratch: ScratchFolder
  private let tree: StandInTree

  init() throws {
    scratch = try ScratchFolder()
    tree = try StandInTree(scratch("linux"))
    let made = try Tool.shell(
      """
      cd '\(scratch.path)' && mkdir shim tmp &&
        cp '\(Tool.root.path)'/reference/kernel/subject '\(Tool.root.path)'/reference/kernel/paths shim
      """)
    try #require(made.status == 0, "\(made.errors)")
    try program("shim/build", "sleep 60 & echo $! >'\(scratch("pid"))'; wait")
  }

  private func program(_ name: String, _ commands: String) throws {
    let path = try scratch.file(name, "#!/bin/sh\n\(commands)\n".utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  private var environment: String {
    "export LOCKSTEP_SHIM='\(scratch("shim"))' XDG_CACHE_HOME='\(scratch.path)'"
      + " TMPDIR='\(scratch("tmp"))'"
  }

  /// What is left: a line for a process, and for each folder.
  private var leftovers: String {
    """
    living() { grep -q '^State:.[^Z]' "/proc/$(cat '\(scratch("pid"))')/status" 2>/dev/null; }
    for try in $(seq 20); do ! living || sleep 0.1; done
    ! living || { echo process; kill "$(cat '\(scratch("pid"))')"; }
    cd '\(scratch.path)' && ls -d lockstep/new.* tmp/* 2>/dev/null
    """
  }

  /// In a process group of its own, as a terminal starts it, and with no signal blocked, as threads of
  /// the test runner have them.
  private func interrupt(_ command: String, _ signal: String) throws -> Tool {
    try Tool.shell(
      """
      \(environment)
      set -m
      env --default-signal=INT,TERM,HUP \(command) >'\(scratch("out"))' 2>&1 &
      for try in $(seq 600); do [ ! -s '\(scratch("pid"))' ] || break; sleep 0.1; done
      kill -\(signal) $!
      wait $!
      echo "status $?"
      \(leftovers)
      """)
  }

  @Test(arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)])
  func aSignalTakesTheBuildAlong(_ signal: String, _ status: Int) throws {
    let tool = try interrupt("'\(Tool.path)' kernel build '\(tree.path)'", signal)
    #expect(tool.output == "status \(status)\n", "\(tool.errors)")
  }

  @Test func aSignalTakesTheFuzzerOfAReviewAlong() throws {
    try program("iopt-fuzz", "echo $$ >'\(scratch("pid"))'; exec sleep 60")
    let own = scratch("iopt")
    let linked = try Tool.shell(
      "ln '\(Tool.path)' '\(own)' 2>/dev/null || cp '\(Tool.path)' '\(own)'")
    try #require(linked.status == 0, "\(linked.errors)")
    let tool = try interrupt("'\(own)' review swift reference --seconds 60", "TERM")
    #expect(tool.output == "status 143\n", "\(tool.errors)")
  }

  @Test func anErrorTakesTheTreesOwnCasesAlong() throws {
    try program("shim/build-kunit", "sleep 60 & echo $! >'\(scratch("pid"))'; wait")
    try program(
      "shim/build",
      """
      while [ ! -s '\(scratch("pid"))' ]; do sleep 0.1; done
      echo 'no name pt_toy' >&2; exit 2
      """)
    let tool = try Tool.shell(
      """
      \(environment)
      iopt review 'kernel:\(tree.path)' swift >/dev/null 2>&1
      echo "status $?"
      \(leftovers)
      """)
    #expect(tool.output == "status 2\n", "\(tool.errors)")
  }

  @Test func whatADeadRunLeftGoesWithTheNext() throws {
    try program("shim/build", "exit 2")
    let tool = try Tool.shell(
      """
      \(environment)
      cd '\(scratch.path)' && mkdir -p "lockstep/new.$(uname -n).99999999.dead" \
        "lockstep/new.$(uname -n).$$.living"
      iopt kernel build '\(tree.path)' 2>/dev/null
      ls -d lockstep/new.* | sed 's/.*[.]//'
      """)
    #expect(tool.output == "living\n", "\(tool.errors)")
  }
}
