// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Synchronization

/// A kernel tree as a subject: `kernel:TREE`. The shim, `reference/kernel`, builds it into a plug-in,
/// or knows the one that it has built of the same files before.
public struct KernelSubject: Sendable {
  /// What stands in front of a tree where subjects are named.
  public static let prefix = "kernel:"

  /// The tree as it was typed: a release such as `7.3`, a folder, or `DIR@REV`.
  public let tree: String

  /// The tree of a subject `kernel:TREE`; nil when the text names another kind of subject.
  public init?(subject text: String) {
    guard text.hasPrefix(Self.prefix) else { return nil }
    tree = String(text.dropFirst(Self.prefix.count))
  }

  /// The tree that was typed by itself, or as a subject all the same.
  public init(tree: String) { self.tree = Self(subject: tree)?.tree ?? tree }

  /// The plug-in's path. Where one has to be built, standard error says so, and which formats of the tree
  /// it lacks; `listsAll`: those too that no tree is without, where nothing has to be built.
  public func plugin(listsAll: Bool = false) throws(SubjectError) -> String {
    let script = try script()
    let run: ShellCommand
    do throws(ProcessError) {
      run = try ShellCommand([script, tree] + (listsAll ? ["build"] : []), takes: Self.takeNews)
    } catch {
      throw SubjectError(description: "kernel:\(tree): \(error)")
    }
    guard run.status == 0, let path = run.lines.last else {
      let reasons = run.lines.isEmpty ? ["ended with status \(run.status)"] : run.lines
      throw SubjectError(description: reasons.joined(separator: "; "))
    }
    return path
  }

  /// The shim's program that knows what is built of trees.
  func script() throws(SubjectError) -> String {
    let script = Self.shim.map { "\($0)/subject" } ?? ""
    guard access(script, X_OK) == 0 else {
      throw SubjectError(
        description: "kernel:\(tree): expected the shim that builds it beside this program, or in"
          + " the folder that LOCKSTEP_SHIM names; found "
          + (script.isEmpty ? "neither" : "no program \(script)"))
    }
    return script
  }

  /// Tells what is news; a note once.
  private static func takeNews(_ line: String) -> Bool {
    if line.hasPrefix("building ") {
      tell(line.printable + " …\n")
    } else if line.hasPrefix("note: ") {
      if told.withLock({ $0.insert(line).inserted }) { tell(line.printable + "\n") }
    } else {
      return false
    }
    return true
  }

  private static let told = Mutex<Set<String>>([])

  private static func tell(_ line: String) {
    _ = Array(line.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress!, $0.count) }
  }

  /// The folder of the shim: what LOCKSTEP_SHIM says, or that of the installed program, or that of
  /// the source tree which this program was built in.
  static var shim: String? {
    if let said = getenv("LOCKSTEP_SHIM") { return String(cString: said) }
    return shipped(["share/lockstep/kernel", "reference/kernel"]) {
      access("\($0)/subject", X_OK) == 0
    }
  }
}
