// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage

/// What stopped writers left in a folder, and what was done about it.
public struct CorpusSweep: Equatable, Sendable, Encodable {
  /// Temporary files of ours that nobody writes any more; removed.
  public var leftovers: [String] = []
  /// Empty files with a name that is some other content's checksum; removed. libFuzzer creates a
  /// file under its final name before it writes the bytes.
  public var empties: [String] = []
  /// Files whose bytes are not those of their checksum, since they were cut short or damaged. They
  /// bear the name of what they hold now; any bytes are an input.
  public var renamed: [String] = []

  public init() {}

  public var isEmpty: Bool { leftovers.isEmpty && empties.isEmpty && renamed.isEmpty }

  /// What was done, for the end of a line; nothing when nothing was left.
  public var text: String {
    var parts: [String] = []
    if !leftovers.isEmpty {
      parts.append("\(leftovers.count) leftovers of stopped writers removed")
    }
    if !empties.isEmpty { parts.append("\(empties.count) empty files removed") }
    if !renamed.isEmpty { parts.append("\(renamed.count) files named by their checksum again") }
    return parts.isEmpty ? "" : ": put in order: " + parts.joined(separator: ", ")
  }
}

extension CorpusFolder {
  /// Puts in order what stopped writers left. Nothing that holds bytes is lost. `dryRun`: only say
  /// what would be done.
  public func sweep(dryRun: Bool = false) throws(ScenarioError) -> CorpusSweep {
    var result = CorpusSweep()
    let listing = try listing()
    for name in listing.leftovers where dryRun || removeLeftover(name) {
      result.leftovers.append(name)
    }
    var misnamed = listing.inputs.filter(isMisnamed)
    if misnamed.contains(where: wasWrittenJustNow) {
      // A fuzzer may be in the middle of it: it writes an input in much less time than this.
      usleep(200_000)
      misnamed = misnamed.filter(isMisnamed)
    }
    for name in misnamed { try put(name, inOrder: dryRun, misnamed, &result) }
    if !dryRun, !result.isEmpty { try synchronize() }
    return result
  }

  private func put(
    _ name: String, inOrder dryRun: Bool, _ misnamed: [String], _ result: inout CorpusSweep
  ) throws(ScenarioError) {
    guard let bytes = try? readIfThere(name) else { return }
    if bytes.isEmpty {
      result.empties.append(name)
      if !dryRun { try removeIfThere(name) }
      return
    }
    let right = ContentName(of: bytes).description
    // Never in the place of other bytes that were not looked at yet.
    guard !misnamed.contains(right) || !contains(right) else { return }
    result.renamed.append(name)
    if !dryRun { try rename(name, to: right) }
  }

  private func isMisnamed(_ name: String) -> Bool {
    guard ContentName.isOfThisForm(name), let bytes = try? readIfThere(name),
      bytes.count <= CorpusInput.longest
    else { return false }
    return !CorpusInput(name: name, bytes: bytes).isIntact
  }

  private func wasWrittenJustNow(_ name: String) -> Bool {
    var status = stat()
    return stat("\(path)/\(name)", &status) == 0 && status.st_mtim.tv_sec >= time(nil) - 1
  }
}
