// SPDX-License-Identifier: GPL-2.0-only

/// A kernel tree whose code tells which of its lines are run.
struct WatchedTree {
  /// The tree's folder.
  var folder: String
  /// A list of the files that it was built of, one a line.
  var list: String
  /// The plug-in that tells.
  var plugin: String

  /// Builds it, or knows it.
  init(_ kernel: KernelSubject) throws(SubjectError) {
    let script = try kernel.script()
    let run: ShellCommand
    do throws(ProcessError) {
      run = try ShellCommand([script, kernel.tree, "lines"]) { _ in false }
    } catch {
      throw SubjectError(description: "kernel:\(kernel.tree): \(error)")
    }
    guard run.status == 0, run.lines.count >= 3 else {
      throw SubjectError(description: run.lines.joined(separator: "; "))
    }
    let last = run.lines.suffix(3).map { $0 }
    (folder, list, plugin) = (last[0], last[1], last[2])
  }
}
