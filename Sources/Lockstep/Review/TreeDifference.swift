// SPDX-License-Identifier: GPL-2.0-only

/// The lines in which two kernel trees differ, of the files that they were built of.
struct TreeDifference {
  /// By file, as a path in the newer tree: lines that are not in the older one.
  private(set) var added: [String: [Int]] = [:]
  /// By file, as a path in the older tree: lines in whose place the newer one has none.
  private(set) var removed: [String: [Int]] = [:]
  /// Files of drivers/iommu that differ and are no part of what is built here.
  private(set) var others: [String] = []

  /// Reads what the shim's program prints.
  init(lines: [String]) {
    for line in lines {
      let parts = line.split(separator: "\t")
      guard parts.count >= 2 else { continue }
      let file = parts[0].printable
      if parts[1] == "other" { others.append(file) }
      guard parts.count == 4, let first = Int(parts[2]), let count = Int(parts[3]), first >= 0,
        (0...1_000_000).contains(count)
      else { continue }
      let lines = first..<first + count
      if parts[1] == "added" { added[file, default: []] += lines }
      if parts[1] == "removed" { removed[file, default: []] += lines }
    }
  }

  /// Compares two trees.
  init(_ base: WatchedTree, _ head: WatchedTree) throws(SubjectError) {
    let run: ShellCommand
    do throws(ProcessError) {
      run = try ShellCommand([
        "\(KernelSubject.shim ?? "")/changes", base.folder, base.list, head.folder, head.list,
      ]) { _ in false }
    } catch {
      throw SubjectError(description: "the trees cannot be compared: \(error)")
    }
    guard run.status == 0 else {
      throw SubjectError(
        description: "the trees cannot be compared: \(run.lines.joined(separator: "; "))")
    }
    self.init(lines: run.lines)
  }
}
